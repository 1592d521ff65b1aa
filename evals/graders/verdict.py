"""What a grader says of one answer, and what it may look things up in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from assistant.domain import Card, Place, Statement
from assistant.library import Library
from assistant.places import base_ref
from assistant.reference import Reference
from evals.cases import flat
from evals.road import Trial


@dataclass(frozen=True, slots=True)
class Graded:
    """One measure of one answer: `score` of `of` (facts, sentences, or the one answer). `why` says what is not right."""

    measure: str
    score: float
    of: int = 1
    why: str = ""
    lost: tuple[str, ...] = ()  # for facts: the step of the road that lost each missing one

    @property
    def full(self) -> bool:
        """Whether nothing is wrong."""
        return self.score >= self.of


@dataclass(frozen=True)
class World:
    """The library and data that the answers were made from."""

    library: Library
    reference: Reference

    @cached_property
    def statements_by_place(self) -> Mapping[Place, tuple[Statement, ...]]:
        """Every statement of cards and next steps under each place it rests on."""
        by_place: dict[Place, dict[str, Statement]] = {}
        for statement in self.statements:
            for place in statement.places:
                by_place.setdefault(place, {})[statement.text] = statement
        return {place: tuple(found.values()) for place, found in by_place.items()}

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the library."""
        of_cards = (s for card in self.library.cards for s in (*card.statements, *card.easy, *card.staff))
        of_steps = (s for step in self.library.steps.values() for s in step.statements)
        return (*of_cards, *of_steps)

    @cached_property
    def texts_by_topic(self) -> Mapping[str, str]:
        """What the cards of a topic say, with their next steps, flat, a card a line."""
        texts: dict[str, list[str]] = {}
        for card in self.library.cards:
            for topic in card.topics:
                texts.setdefault(topic, []).append(self.text_of(card))
        return {topic: "\n".join(some) for topic, some in texts.items()}

    def text_of(self, card: Card) -> str:
        """What a card says, with its next steps, flat."""
        steps = self.library.steps
        of_steps = (s.text for name in card.next if name in steps for s in steps[name].statements)
        return flat(" ".join([*(s.text for s in card.statements), *of_steps]))

    @cached_property
    def passages_by_section(self) -> Mapping[tuple[str, str], str]:
        """The official words held for each section."""
        texts: dict[tuple[str, str], list[str]] = {}
        for passage in self.library.passages:
            texts.setdefault((passage.place.source, base_ref(passage.place.ref)), []).append(passage.text)
        return {section: "\n".join(parts) for section, parts in texts.items()}


Grader = Callable[[Trial, World], Iterable[Graded]]


def one(measure: str, holds: bool, why: str) -> Graded:
    """A yes-or-no verdict, with the reason when it is no."""
    return Graded(measure, float(holds), 1, "" if holds else why)


def share(measure: str, verdicts: Iterable[tuple[bool, str]]) -> Iterable[Graded]:
    """So many of so many, with what failed; nothing when there was nothing to count."""
    counted = list(verdicts)
    if counted:
        failed = [why for holds, why in counted if not holds]
        yield Graded(measure, float(len(counted) - len(failed)), len(counted), "; ".join(failed))
