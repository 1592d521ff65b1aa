"""The web front on a real port of this machine, in a thread."""

from assistant.web.server import served as serving

__all__ = ["serving"]
