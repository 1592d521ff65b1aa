"""What is embedded: each phrasing, title and statement of a card on its own, each card's body, and each passage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain import Card, NextStep, Passage, Statement
from assistant.library import EntryKind
from assistant.marks import Problem
from assistant.reference import Reference
from ingest.cards import CardFile


@dataclass(frozen=True, slots=True)
class Entry:
    """A text to embed. `owner` is the id of its card, next step or passage."""

    id: str
    kind: EntryKind
    owner: str
    text: str

    def digest(self, model: str) -> str:
        """Changes when the text or the model does; equal digests may share a vector."""
        return hashlib.sha256(f"{model}\n{self.text}".encode()).hexdigest()[:20]


def card_entries(cards: Sequence[Card], steps: Sequence[NextStep]) -> Iterator[Entry]:
    """The entries of all cards and next steps, in order."""
    for card in cards:
        yield Entry(f"{card.id}#title", EntryKind.TITLE, card.id, card.title)
        for n, phrasing in enumerate(card.asked, 1):
            yield Entry(f"{card.id}#asked.{n}", EntryKind.ASKED, card.id, phrasing.text)
        for statement in card.statements:
            yield Entry(statement.id, EntryKind.STATEMENT, card.id, statement.text)
        yield Entry(
            f"{card.id}#body", EntryKind.BODY, card.id, f"{card.title}. " + " ".join(s.text for s in card.statements)
        )
    for step in steps:
        for statement in step.statements:
            yield Entry(statement.id, EntryKind.STATEMENT, step.name, statement.text)


def passage_entries(passages: Sequence[Passage]) -> Iterator[Entry]:
    """The entries of official passages; the heading is embedded with the words, not stored with them."""
    for passage in passages:
        yield Entry(passage.id, EntryKind.PASSAGE, passage.id, f"{passage.heading}. {passage.text}")


def message_entries(messages: Sequence[str]) -> Iterator[Entry]:
    """The entries of labelled messages, which teach and are never shown."""
    for n, text in enumerate(messages, 1):
        yield Entry(f"message.{n}", EntryKind.MESSAGE, "", text)


def unknown_names(file: CardFile, reference: Reference) -> Iterator[Problem]:
    """Sources and figures a card names that no data file holds: it could not be shown."""
    card = file.card
    for statement in (*card.statements, *card.easy, *card.staff) if card else ():
        line = file.statement_lines.get(statement.id, 1)
        for place in statement.places:
            if place.source not in reference.sources:
                yield Problem(
                    file.file, line, f"'{place.source}' is not in sources.toml: mend the name, or add it there."
                )
        for name in reference.figure_names(statement.text):
            if name not in reference.figures:
                yield Problem(file.file, line, f"'{{{name}}}' is not in figures.toml: mend the name, or add it there.")


def with_amounts(card: Card, reference: Reference) -> Card:
    """The card with `{figure}` names turned into amounts, and each statement told which figures it shows."""

    def shown(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(
            replace(s, text=reference.with_amounts(s.text), figures=reference.figure_names(s.text)) for s in statements
        )

    return replace(
        card,
        lead=shown(card.lead),
        points=shown(card.points),
        todo=shown(card.todo),
        easy=shown(card.easy),
        staff=shown(card.staff),
    )


def card_document(card: Card) -> str:
    """All the words a card can be found by."""
    return " \n".join([card.title, *(phrasing.text for phrasing in card.asked), *(s.text for s in card.statements)])
