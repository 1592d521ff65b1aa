"""What every reader gives: the words of a document, and the places in it as spans of those words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter


class Standing(StrEnum):
    """Why a provision is not law in force, as its document marks it; empty when it is."""

    LIVING = ""
    PROSPECTIVE = "prospective"
    REPEALED = "repealed"
    REPEALED_IN_PART = "repealed in part"
    NOT_MATCHING = "not matching the date"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Provision:
    """A section, subsection, numbered paragraph, heading or page. `start` and `end` are character offsets in the text.

    `own_end` is where the first thing numbered below it starts, or `end`.
    """

    ref: str
    heading: str
    start: int
    own_end: int
    end: int
    children: list[Provision] = field(default_factory=list)
    standing: Standing = Standing.LIVING

    def walk(self) -> Iterator[Provision]:
        """The provision and everything in it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def depth(self) -> int:
        """1 for a provision without parts."""
        return 1 + max((child.depth for child in self.children), default=0)


@dataclass(frozen=True, slots=True)
class Document:
    """One document read. `anchors` gives, by place, the part of an address after `#`; `notes` is for the maintainer."""

    format: str
    title: str
    text: str
    tops: list[Provision]
    identifier: str = ""
    published: str = ""
    updated: str = ""
    anchors: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def provisions(self) -> Iterator[Provision]:
        """Every provision, in order."""
        for top in self.tops:
            yield from top.walk()

    @property
    def words(self) -> int:
        """How many words stand in a place that can be quoted."""
        return sum(len(self.text[top.start : top.end].split()) for top in self.tops)


DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)


class Unreadable(Exception):
    """A document cannot be read; the message says why, and what to do, without naming the file."""
