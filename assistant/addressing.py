"""Whether a *you* in a sentence is somebody its evidence does not name, or only the one it speaks to."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.wording import Token

_GIVING = frozenset(
    [
        "give",
        "gives",
        "giving",
        "tell",
        "tells",
        "telling",
        "show",
        "shows",
        "send",
        "sends",
        "offer",
        "offers",
        "ask",
        "asks",
        "charge",
        "charges",
    ]
)
_PEOPLE = frozenset(
    [
        "you",
        "person",
        "person-cared-for",
        "carer",
        "child",
        "parent",
        "family",
        "friend",
        "partner",
        "neighbour",
        "advocate",
        "staff",
        "provider",
    ]
)
_BODIES = frozenset(["council", "new-council", "old-council", "nhs", "housing-authority"])


def is_reader(said: Sequence[Token], at: int, held: Sequence[Token]) -> bool:
    """Whether this *you* names nobody new: the one a command is to, the one who is told; "your council" is the council.

    Where the evidence names any person, a *you* it does not name is another person.
    """
    token, after = said[at], said[at + 1 : at + 2]
    if token.word != "you":
        return False
    if token.owner and after and after[0].word in _BODIES:
        return any(other.word == after[0].word for other in held)
    if _is_command(held) and not any(other.word == "you" for other in held):
        return True
    told = token.owner or (at > 0 and (said[at - 1].raw in _GIVING or said[at - 1].kind == "condition"))
    return told and not any(other.word in _PEOPLE for other in held)


def _is_command(words: Sequence[Token]) -> bool:
    """Whether it tells somebody what to do: it begins with a verb."""
    return bool(words) and (
        words[0].kind in {"word", "weak", "negation", "step"} or words[0].raw in {"do", "be", "have"}
    )
