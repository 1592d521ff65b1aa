"""What a sentence can get wrong against what it cites."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """The kinds of thing a sentence can get wrong against what it cites."""

    NO_HANDLE = "it cites nothing"
    UNKNOWN_HANDLE = "it cites something that was not given"
    WORD = "it says something its evidence does not say"
    NUMBER = "a number its evidence does not hold"
    REFERENCE = "a section or other place in the law its evidence does not name"
    FORCE = "a must, may or should its evidence does not carry"
    NEGATION = "a negation its evidence does not have, or has lost one"
    SCOPE = "a word of scope (all, some, only) its evidence does not use, or has lost one"
    TIME = "a limit (before, after, unless, within) its evidence does not set, or has lost one"
    ROLE = "someone (adult, carer, council, NHS) its evidence does not name, or names in another part"
    STEP = "another step (assessment, decision, review) than its evidence"
    CONDITION = "a condition of its evidence is dropped"
    VERDICT = "a yes or no its evidence does not carry"
    NOT_IN_FORCE = "it presents law that is not in force"
    UNFINISHED = "it is a question, or breaks off"
    WAY = "it goes the other way than its evidence (up, down, more, less)"
    NATION = "it speaks of another nation than its evidence"
