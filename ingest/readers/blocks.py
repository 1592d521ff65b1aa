"""Makes a document of blocks: headings, paragraphs, list items and table rows, in the order they are read.

Shared by every format that is written for people rather than for machines. Places are, first that fits: the page
(`p.14`) where pages are known, a paragraph's own number (`para.6.12`), the heading it stands under (`h.who-pays`), or
`page` for the whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.readers.document import Document, Provision, Standing, Unreadable

# Controls are no words, and a terminal obeys some: they go with the spaces.
_SPACE = re.compile(r"[ \t\r\n\f\v\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,3}){1,2})\.?[)\s\u00a0]\s*(?=\S)")
_ANNEX = re.compile(r"^(?:annex|appendix)\s+([A-Z])\b", re.IGNORECASE)
_ANNEX_NUMBER = re.compile(r"^(?:\(?(\d{1,3})\)|(\d{1,3})\.)\s+(?=\S)")
_CHAPTER = re.compile(r"^(?:chapter\s+)?(\d{1,2})[.:]?\s+(?=\D)", re.IGNORECASE)
_LONGEST_SLUG = 60


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document. `level` is 1 for the highest heading; `anchor` is the id it has in its page."""

    kind: Kind
    text: str
    level: int = 0
    anchor: str = ""
    page: int = 0


def document_of(
    blocks: Iterable[Block],
    *,
    format: str,
    title: str,
    published: str = "",
    updated: str = "",
    notes: tuple[str, ...] = (),
    standing: Standing = Standing.LIVING,
) -> Document:
    """The document that the blocks make up. Raises Unreadable when they hold no words."""
    shelf = _Places(standing=standing)
    for block in blocks:
        cells = block.text.split("\t") if block.kind is Kind.ROW else [block.text]
        if text := "\t".join(filter(None, (_SPACE.sub(" ", cell).strip() for cell in cells))):
            shelf.take(block, text)
    shelf.close()
    tops = [top for top in shelf.tops if top.end > top.start]
    if not any(re.search(r"\w", shelf.text[top.start : top.end]) for top in tops):
        raise Unreadable("no words were found in it. If it is a list of links, add the documents it links to.")
    first = next((heading for heading in shelf.headings), "")
    return Document(
        format, _SPACE.sub(" ", title).strip() or first, shelf.text, tops, "", published, updated, shelf.anchors, notes
    )


def slug(text: str) -> str:
    """A heading as it stands in an address: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_LONGEST_SLUG].rstrip("-") or "part"


@dataclass(slots=True)
class _Places:
    """The text so far and the place that is open."""

    standing: Standing = Standing.LIVING
    tops: list[Provision] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _ref: str = "page"
    _heading: str = ""
    _anchor: str = ""
    _annex: str = ""
    _number: tuple[int, ...] = ()
    _page: int = 0
    _open: Provision | None = None
    _slugs: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def take(self, block: Block, text: str) -> None:
        if block.page and block.page != self._page:
            self._page = block.page
            self._start(f"p.{block.page}")
        if block.kind is Kind.HEADING:
            self._take_heading(block, text)
            return
        if block.kind is Kind.PARAGRAPH and not self._page and (ref := self._numbered(text)):
            self._start(ref)
        if self._open is None:
            self._open = Provision(self._ref, self._heading, self._length, 0, 0, standing=self.standing)
        self._write(text)

    def close(self) -> None:
        """End the place that is open."""
        if self._open is not None:
            self._open.end = self._open.own_end = self._length
            self.tops.append(self._open)
            self._open = None

    def _take_heading(self, block: Block, text: str) -> None:
        self.close()
        self.headings.append(text)
        self._heading = text
        if not block.page:
            self._anchor = block.anchor or self._anchor
            self._name_heading(block, text)
        self._write(text)

    def _name_heading(self, block: Block, text: str) -> None:
        """A heading may carry a number of its own, name a chapter or an annex, or only have its words."""
        if annex := _ANNEX.match(text):
            self._annex, self._number = annex[1].upper(), ()
            self._point(f"annex.{self._annex}", block.anchor)
        elif chapter := _CHAPTER.match(text):
            self._annex = "" if block.level <= 2 else self._annex
            self._point(f"ch.{chapter[1]}", block.anchor)
        if ref := self._numbered(text):
            self._start(ref)
            return
        name = block.anchor or slug(text)
        self._slugs[name] = self._slugs.get(name, 0) + 1
        if self._slugs[name] > 1:
            name = f"{name}-{self._slugs[name]}"
        self._start(f"h.{name}")
        self._point(f"h.{name}", block.anchor)

    def _numbered(self, text: str) -> str:
        """The place a number opens, when it goes on from the last one; figures such as `3.5 million` do not."""
        if self._annex and (found := _ANNEX_NUMBER.match(text)):
            return f"annex.{self._annex} para.{found[1] or found[2]}"
        found = _NUMBER.match(text)
        if not found:
            return ""
        number = tuple(map(int, found[1].split(".")))
        goes_on = (
            number[:-1] == self._number[: len(number) - 1]
            and number[-1] <= (self._number[len(number) - 1 :] or (0,))[0] + 20
        )
        if number <= self._number or not (goes_on or number[-1] <= 2):
            return ""
        self._number = number
        return f"para.{found[1]}"

    def _start(self, ref: str) -> None:
        self.close()
        self._ref = ref
        self._point(ref, self._anchor)

    def _point(self, ref: str, anchor: str) -> None:
        if anchor:
            self.anchors.setdefault(ref, anchor)

    def _write(self, text: str) -> None:
        self._parts.append(text + "\n")
        self._length += len(text) + 1
