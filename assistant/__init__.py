"""Answers questions about the Care Act 2014 in plain words, each sentence resting on the law."""

__version__ = "0.1.0"
