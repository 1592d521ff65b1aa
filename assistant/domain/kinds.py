"""The words a value can be: closed lists that every step shares."""

from __future__ import annotations

from enum import StrEnum


class Authority(StrEnum):
    """How far a source counts, highest first."""

    ACT = "act"
    REGULATIONS = "regulations"
    GUIDANCE = "guidance"
    PRACTICE = "practice"
    OPINION = "opinion"

    @property
    def rank(self) -> int:
        """0 for an Act, growing as the weight falls."""
        return list(Authority).index(self)


class Force(StrEnum):
    """What a sentence claims: a duty, a power, an expectation, an entitlement, a fact, a view, a tip."""

    MUST = "must"
    MAY = "may"
    SHOULD = "should"
    RIGHT = "right"
    FACT = "fact"
    OPINION = "opinion"
    ADVICE = "advice"


class Verdict(StrEnum):
    """The word a direct answer opens with. NONE: the question is not a yes/no question."""

    YES = "Yes"
    NO = "No"
    DEPENDS = "It depends"
    NONE = ""


class Status(StrEnum):
    """What kind of answer a person got. A refusal is a status, never an exception."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    LETTER = "letter"
    NOT_FOUND = "not_found"
    DANGER = "signposted_danger"
    SAFEGUARDING = "signposted_safeguarding"
    OUTSIDE_ENGLAND = "signposted_outside_england"
    OUTSIDE_SCOPE = "signposted_outside_scope"
    PERSONAL = "signposted_personal"
    MANIPULATION = "refused_manipulation"
    GREETING = "greeting"
    ERROR = "error"


class Register(StrEnum):
    """How an answer is worded."""

    PLAIN = "plain"
    EASY = "easy"
    STAFF = "staff"
