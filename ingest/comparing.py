"""What changed between two copies of a document, place by place, and which statements rest on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Card, NextStep, Statement
from assistant.places import covered, is_within
from ingest.readers.document import Document


class Kind(StrEnum):
    """How a place changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    STANDING = "no longer in force, or in force again"


@dataclass(frozen=True, slots=True)
class Change:
    """A place whose own words changed, and the words before and after."""

    ref: str
    kind: Kind
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """A statement that needs a second look, the card, next step, letter or check it stands in, and the place that changed."""

    owner: str
    statement: Statement
    ref: str


def changes(before: Document, after: Document) -> Iterator[Change]:
    """Every place whose own words (without what is numbered below) or standing differ, in the order they are read."""
    old, new = _own(before), _own(after)
    for ref in dict.fromkeys([*new, *old]):
        if ref not in old:
            yield Change(ref, Kind.ADDED, after=new[ref][0])
        elif ref not in new:
            yield Change(ref, Kind.REMOVED, before=old[ref][0])
        elif old[ref][0] != new[ref][0]:
            yield Change(ref, Kind.CHANGED, old[ref][0], new[ref][0])
        elif old[ref][1] != new[ref][1]:
            yield Change(ref, Kind.STANDING, old[ref][1] or "in force", new[ref][1] or "in force")


def resting(
    source: str,
    changed: Iterable[str],
    cards: Iterable[Card],
    steps: Iterable[NextStep],
    forms: Iterable[tuple[str, Sequence[Statement]]] = (),
) -> Iterator[Resting]:
    """The statements that rest on a changed place, on what it lies in, or on something in it.

    `forms` are letters and guided checks by what they are called.
    """
    refs = tuple(changed)
    owned = [(card.id, (*card.statements, *card.easy, *card.staff)) for card in cards]
    owned += [(f"next step {step.name}", (*step.statements, *step.easy)) for step in steps]
    owned += [(name, tuple(statements)) for name, statements in forms]
    for owner, statements in owned:
        for statement in statements:
            own = [ref for place in statement.places if place.source == source for ref in covered(place.ref)]
            hit = next((ref for ref in refs for end in own if is_within(ref, end) or is_within(end, ref)), None)
            if hit is not None:
                yield Resting(owner, statement, hit)


def _own(document: Document) -> dict[str, tuple[str, str]]:
    """The own words and the standing of each place; what stands at one place in several pieces is put together."""
    own: dict[str, tuple[str, str]] = {}
    for provision in document.provisions():
        words = " ".join(document.text[provision.start : provision.own_end].split())
        before = own.get(provision.ref)
        own[provision.ref] = (f"{before[0]} {words}" if before else words, provision.standing.value)
    return own
