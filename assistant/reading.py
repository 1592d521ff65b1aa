"""The reading room: the official words at a place with those before and after, and a search of the whole library."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from assistant.assistant import Finds
from assistant.domain import Passage, Place, Question
from assistant.library import Library
from assistant.places import base_ref, expand, in_force, parse_ref
from assistant.privacy import redact
from assistant.reference import Reference
from assistant.understanding import clean

_LABEL = re.compile(r"\(([0-9A-Za-z]+)\)")
_NUMBERED = re.compile(r"(\d+)([A-Z]*)")
_LONGEST_SEARCH = 2000  # characters


@dataclass(frozen=True, slots=True)
class Opened:
    """A place, opened. `passages` is empty when the library holds no official text for the source."""

    source: str
    place: str
    title: str
    publisher: str
    authority: str
    licence: str
    url: str
    as_of: str
    in_force: bool
    quote: str
    passages: tuple[Passage, ...]
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a search found: a card (with the places it rests on) or an official passage (with its own)."""

    kind: str
    id: str
    title: str
    text: str
    places: tuple[str, ...]
    score: float


class ReadingRoom:
    """Opens places and searches. Holds the library; changes nothing."""

    def __init__(self, library: Library, reference: Reference, retriever: Finds) -> None:
        self.built = library.manifest.built
        self._reference, self._retriever, self._quotes = reference, retriever, library.quotes
        self._shelves: dict[str, list[Passage]] = defaultdict(list)
        for passage in library.passages:
            self._shelves[passage.place.source].append(passage)
        texts = [(*card.statements, *card.easy, *card.staff) for card in library.cards]
        texts += [step.statements for step in library.steps.values()]
        self._cited = {(p.source, base_ref(p.ref)) for text in texts for said in text for p in said.places}

    def open(self, source_id: str, ref: str, around: int = 1) -> Opened | None:
        """The passages at a place, and `around` of their neighbours on each side; None when there is no such place."""
        source, shelf = self._reference.sources.get(source_id), self._shelves.get(source_id, [])
        here = _at(shelf, ref)
        if source is None or parse_ref(ref) is None or not (here or (source_id, base_ref(ref)) in self._cited):
            return None
        place = Place(source_id, ref)
        cited = self._reference.cited("", place)
        first, last = (here[0], here[-1] + 1) if here else (0, 0)
        return Opened(
            source=source_id,
            place=ref,
            title=cited.title,
            publisher=source.publisher,
            authority=cited.authority,
            licence=source.licence,
            url=cited.url,
            as_of=cited.as_of,
            in_force=in_force(source, place),
            quote=self._quotes.get(f"{source_id} {expand(ref)[0]}", ""),
            passages=tuple(shelf[first:last]),
            before=tuple(shelf[max(0, first - around) : first]),
            after=tuple(shelf[last : last + around]) if here else (),
        )

    def shelves(self) -> list[dict[str, Any]]:
        """Every source with its date and the number of its passages held."""
        return [
            {
                "id": source.id,
                "title": source.title,
                "authority": source.authority.value,
                "as_of": source.as_of,
                "passages": len(self._shelves.get(source.id, ())),
            }
            for source in self._reference.sources.values()
        ]

    def search(self, text: str, most: int = 8) -> tuple[Hit, ...]:
        """Cards and passages for a question, best first, each kind in turn. Personal details are not searched with."""
        wanted = redact(clean(text))[:_LONGEST_SEARCH]
        if not wanted:
            return ()
        evidence = self._retriever.retrieve(Question(wanted))
        cards = [
            Hit(
                "card",
                found.card.id,
                found.card.title,
                " ".join(statement.text for statement in found.card.lead),
                tuple(map(str, found.card.places)),
                round(found.score, 4),
            )
            for found in evidence.cards
        ]
        passages = [
            Hit("passage", f.passage.id, f.passage.heading, f.passage.text, (str(f.passage.place),), round(f.score, 4))
            for f in evidence.passages
        ]
        half = (most + 1) // 2
        return tuple((*cards[: max(half, most - len(passages))], *passages)[:most])


def _at(shelf: list[Passage], ref: str) -> list[int]:
    """The rows of the passages that hold a place, which lie together; nothing when no passage does."""
    section = [row for row, passage in enumerate(shelf) if _same_section(passage.place.ref, ref)]
    first, last = expand(ref)[0], expand(ref)[-1]
    if not section or not _LABEL.search(first):
        return section
    start = _holding(shelf, section, first)
    return list(range(start, max(start, _holding(shelf, section, last)) + 1))


def _holding(shelf: list[Passage], section: list[int], ref: str) -> int:
    """The last passage of a section that begins at or before a place: passages follow one another in the text's order."""
    wanted = _order(ref)
    starting = [row for row in section if _order(expand(shelf[row].place.ref)[0]) <= wanted]
    return starting[-1] if starting else section[0]


def _same_section(passage: str, ref: str) -> bool:
    """Whether both lie in one section, or in one paragraph of a schedule when both name one."""
    if base_ref(passage) != base_ref(ref):
        return False
    ours, theirs = (re.search(r"para\.(\d+[A-Z]*)", text) for text in (passage, ref))
    return ours is None or theirs is None or ours[1] == theirs[1]


def _order(ref: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts places of one section as the law prints them: (2) before (2A) before (10), (b) before (aa)."""
    key = []
    for label in _LABEL.findall(ref):
        numbered = _NUMBERED.fullmatch(label)
        key.append((int(numbered[1]), 0, numbered[2]) if numbered else (0, len(label), label))
    return tuple(key)
