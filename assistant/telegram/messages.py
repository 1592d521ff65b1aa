"""A text with marks as messages Telegram takes: short enough, cut at sentence ends, entities counted in UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram import MessageEntity

from assistant.rendering import Flat, Mark

LONGEST = 4096  # UTF-16 units of a message
MOST_ENTITIES = 100
_BREAKS = tuple(re.compile(pattern) for pattern in (r"\n\n", r"\n", r"(?<=[.?!…”])\s", r"\s"))
_KINDS = {
    "bold": MessageEntity.BOLD,
    "italic": MessageEntity.ITALIC,
    "link": MessageEntity.TEXT_LINK,
    "quote": MessageEntity.BLOCKQUOTE,
    "copy": MessageEntity.PRE,
}


@dataclass(frozen=True, slots=True)
class Text:
    """One message: its text and its entities as (kind, offset, length, address), counted in UTF-16 units."""

    text: str
    entities: tuple[tuple[str, int, int, str], ...] = ()

    def as_entities(self) -> list[MessageEntity]:
        """The entities as the library sends them."""
        return [MessageEntity(kind, offset, length, url or None) for kind, offset, length, url in self.entities]

    def as_json(self) -> list[Any]:
        """What `from_json` reads again."""
        return [self.text, [list(entity) for entity in self.entities]]

    @classmethod
    def from_json(cls, kept: list[Any]) -> Text:
        """A message kept by `as_json`."""
        text, entities = kept
        return cls(text, tuple((kind, offset, length, url) for kind, offset, length, url in entities))


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units, so that an emoji counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def plain(text: str) -> Text:
    """A short text of our own, without marks."""
    return Text(text)


def messages(flat: Flat) -> tuple[Text, ...]:
    """The text as messages, in order; nothing for a text of white space only."""
    return tuple(_message(flat, start, end) for start, end in _pieces(flat))


def _pieces(flat: Flat) -> Iterator[tuple[int, int]]:
    """Where each message starts and ends, without the white space at its edges."""
    start, whole = 0, len(flat.text)
    while True:
        start += len(flat.text[start:]) - len(flat.text[start:].lstrip())
        if start >= whole:
            return
        end = _end(flat, start)
        yield start, start + len(flat.text[start:end].rstrip())
        start = end


def _end(flat: Flat, start: int) -> int:
    """The furthest good place to cut: after a block, a line, a sentence, a word; inside a word only if it must be."""
    furthest = _furthest(flat, start)
    if furthest == len(flat.text):
        return furthest
    for pattern in _BREAKS:
        cuts = [match.end() for match in pattern.finditer(flat.text, start, furthest)]
        # A cut in the first quarter would leave a crumb of a message.
        if cuts and cuts[-1] - start > (furthest - start) // 4:
            return cuts[-1]
    return furthest


def _furthest(flat: Flat, start: int) -> int:
    """How far a message from `start` may reach within Telegram's limits."""
    room, end = LONGEST, start
    while end < len(flat.text) and room >= units(flat.text[end]):
        room -= units(flat.text[end])
        end += 1
    starts = [mark.offset for mark in flat.marks if mark.offset + mark.length > start]
    if len(starts) > MOST_ENTITIES:
        end = min(end, max(starts[MOST_ENTITIES], start + 1))
    return end


def _message(flat: Flat, start: int, end: int) -> Text:
    found = (_entity(flat.text, mark, start, end) for mark in flat.marks)
    return Text(flat.text[start:end], tuple(entity for entity in found if entity is not None))


def _entity(text: str, mark: Mark, start: int, end: int) -> tuple[str, int, int, str] | None:
    """The part of a mark that lies in a message, without white space at its edges."""
    first, last = max(mark.offset, start), min(mark.offset + mark.length, end)
    styled = text[first:last]
    first += len(styled) - len(styled.lstrip())
    styled = styled.strip()
    if last <= first or not styled or (mark.kind == "link" and not mark.url.startswith(("https://", "http://"))):
        return None
    return _KINDS[mark.kind], units(text[start:first]), units(styled), mark.url
