"""Writes down the text of a law while a reader walks its XML, and remembers where each provision starts and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.readers.document import Provision, Standing

_SPACE = re.compile(r"[ \t\r\n]+")  # not the no-break space: it is one of the law's own characters
_SCHEDULE_NUMBER = re.compile(r"([A-Z]?\d+[A-Z]{0,2})\s*$")
_DOTS = re.compile(r"^[\s.]*$")
ACTS = {"ukpga", "ukla", "asp", "anaw", "asc", "mwa", "nia", "ukcm", "apni", "aep", "ukppa", "gbla"}


def collapsed(text: str) -> str:
    """The text with runs of white space made one space."""
    return _SPACE.sub(" ", text).strip(" ")


def label(number: str) -> str:
    """What stands in brackets in a place: `(a)`, `a.` and ` a ` are all `a`."""
    return re.sub(r"[^0-9A-Za-z]", "", number)


def place_kind(identifier: str, title: str) -> str:
    """The kind of place a law is cut into: sections, or regulations, articles or rules."""
    if identifier.partition("-")[0] in ACTS:
        return "s"
    named = re.sub(r"\s*\(.*?\)|\s+\d{4}$", "", title).lower()
    return "art" if named.endswith("order") else "rule" if named.endswith("rules") else "reg"


@dataclass(slots=True)
class LawText:
    """The text so far and the provisions that are open. Marks such as `(1)` wait until words follow them."""

    kind: str
    tops: list[Provision] = field(default_factory=list)
    heading: str = ""
    schedule: str = ""
    quoted: int = 0
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _open: list[Provision] = field(default_factory=list)
    _waiting: list[tuple[str, Provision | None]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def inside(self) -> bool:
        """Whether a provision is open."""
        return bool(self._open)

    def row(self, cells: Iterable[str]) -> None:
        """One row of a table, with tabs between its cells."""
        self.line("\t".join(filter(None, map(collapsed, cells))), as_is=True)

    def line(self, text: str, *, as_is: bool = False) -> None:
        """One line of words, after the marks that wait for it."""
        if not (text := text if as_is else collapsed(text)):
            return
        if not self._open and not self.quoted:  # loose text still stands somewhere: in the schedule, or in the whole
            with self.provision("", self.schedule or "page"):
                self.line(text, as_is=as_is)
            return
        self._settle()
        self._write(text + "\n")

    def aside(self, text: str) -> None:
        """A heading: in the text, but in no place."""
        if text := collapsed(text):
            self._write(text + "\n")

    def append(self, text: str) -> None:
        """Words that go on where the last line stopped."""
        if self._parts and text:
            last = self._parts.pop()
            self._length -= len(last)
            self._write(last.rstrip("\n") + text + "\n")

    def mark(self, text: str) -> None:
        """A number or quotation mark that opens the next line."""
        if text:
            self._waiting.append((text, None))

    @contextmanager
    def provision(
        self, number: str, ref: str = "", heading: str = "", standing: Standing = Standing.LIVING
    ) -> Iterator[Provision]:
        """A provision open while its parts are walked. Without `ref` it is numbered inside the one that is open."""
        parent = self._open[-1] if self._open else None
        made = Provision(ref or self._below(parent, number), heading or self.heading, -1, -1, -1, standing=standing)
        (parent.children if parent else self.tops).append(made)
        self._open.append(made)
        self._waiting.append((f"({label(number)}) " if parent else "", made))
        yield made
        self._settle()
        self._open.pop()
        made.end = self._length
        made.own_end = made.own_end if made.own_end >= 0 else made.end
        if made.standing is Standing.LIVING and _DOTS.match(self.text_of(made).removeprefix(f"({label(number)})")):
            made.standing = Standing.REPEALED

    def text_of(self, provision: Provision) -> str:
        """The words of a provision. Walks back over the last parts only."""
        parts, length = [], self._length
        for part in reversed(self._parts):
            if length <= provision.start:
                break
            parts.append(part)
            length -= len(part)
        return "".join(reversed(parts)).strip()

    def top(self, number: str) -> str:
        """The place of a section, regulation or schedule paragraph."""
        return f"{self.schedule} para.{label(number)}" if self.schedule else f"{self.kind}.{label(number)}"

    def open_schedule(self, number: str) -> None:
        """From here on paragraphs belong to this schedule."""
        found = _SCHEDULE_NUMBER.search(collapsed(number))
        self.schedule = f"sch.{found[1] if found else 1}"

    @staticmethod
    def _below(parent: Provision | None, number: str) -> str:
        return f"{parent.ref}({label(number)})" if parent else "page"

    def _settle(self) -> None:
        """Write the marks that wait. A provision starts at its own mark."""
        waiting, self._waiting = self._waiting, []
        for mark, provision in waiting:
            if provision is not None:
                provision.start = self._length
                index = self._open.index(provision) if provision in self._open else -1
                if index > 0 and self._open[index - 1].own_end < 0:
                    self._open[index - 1].own_end = self._length
            self._write(mark)

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)
