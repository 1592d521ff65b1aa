"""Reads official texts in Markdown by their legal structure: sections, subsections, paragraphs, schedules.

Text is kept byte for byte: every provision is a span of its file, so that a quotation can be proved.
"""

from __future__ import annotations

import re

from ingest.readers.document import Provision

_HEADING = re.compile(r"^(#{1,6}) (.+)$")
_NUMBER = re.compile(r"^\d+[A-Z]{0,2}$")
_SCHEDULE = re.compile(r"^SCHEDULE (\d+)?", re.IGNORECASE)
_MARKER = re.compile(r"^(?:- )?\((\d+[A-Z]*|[a-z]{1,5}|[A-Z]{1,2})\) ?")
_BACK_MATTER = {"signed", "explanatory note", "footnotes", "editorial notes"}
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def read_statute(text: str, kind: str) -> list[Provision]:
    """The provisions of one text. Each gets a place such as `s.10(4)(b)`; nested lists follow their markers."""
    tree = _Tree(kind, len(text))
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        if not tree.take(line.strip(), start, position):
            tree.finish(start)
            break
    else:
        tree.finish(len(text))
    return tree.tops


class _Tree:
    """Builds provisions line by line. The stack holds what is open, outermost first."""

    def __init__(self, kind: str, size: int) -> None:
        self.kind, self.size = kind, size
        self.tops: list[Provision] = []
        self.stack: list[tuple[str, Provision]] = []
        self.heading, self.schedule = "", ""

    def take(self, line: str, start: int, end: int) -> bool:
        """Take one line; False when the body of the law is over."""
        heading = _HEADING.match(line)
        if heading:
            return self._take_heading(heading[2].strip(), end)
        if not line or not self.stack:
            return True
        marker = _MARKER.match(line)
        if marker:
            self._open(marker[1], start, end)
        elif line.startswith("- "):
            self._close_to(len(self.stack), end, own=not self.stack[-1][1].children)
        else:
            self._flush_words(end)
        return True

    def finish(self, at: int) -> None:
        """Close everything that is open."""
        self.stack.clear()
        for top, following in zip(self.tops, [*self.tops[1:], None], strict=True):
            _settle(top, min(at, following.start if following else at))

    def _take_heading(self, words: str, end: int) -> bool:
        if words.lower() in _BACK_MATTER:
            return False
        if _NUMBER.match(words):
            ref = f"{self.schedule} para.{words}" if self.schedule else f"{self.kind}.{words}"
            self._top(ref, end)
        elif match := _SCHEDULE.match(words):
            self.schedule = f"sch.{match[1] or 1}"
            self.heading = words.partition("—")[2].strip() or words
            self._top(self.schedule, end)
        else:
            self.stack.clear()
            self.heading = words
        return True

    def _top(self, ref: str, start: int) -> None:
        provision = Provision(ref, self.heading, start, start, start)
        self.tops.append(provision)
        self.stack = [("top", provision)]

    def _open(self, label: str, start: int, end: int) -> None:
        kind = self._kind(label)
        order = ("top", "number", "letter", "roman", "capital")
        while len(self.stack) > 1 and order.index(self.stack[-1][0]) >= order.index(kind):
            self.stack.pop()
        parent = self.stack[-1][1]
        child = Provision(f"{parent.ref}({label})", self.heading, start, end, end)
        parent.children.append(child)
        self.stack.append((kind, child))
        self._close_to(len(self.stack) - 1, end, own=False)

    def _kind(self, label: str) -> str:
        if label[0].isdigit():
            return "number"
        if label.isupper():
            return "capital"
        if label in _ROMAN:
            open_kinds = [kind for kind, _ in self.stack]
            last = self._last_label("roman")
            if "roman" in open_kinds and last in _ROMAN and _ROMAN.index(label) == _ROMAN.index(last) + 1:
                return "roman"
            if label == "i" and "letter" in open_kinds and self._last_label("letter") != "h":
                return "roman"
        return "letter"

    def _last_label(self, kind: str) -> str:
        for open_kind, provision in reversed(self.stack):
            if open_kind == kind:
                return provision.ref[provision.ref.rfind("(") + 1 : -1]
        return ""

    def _flush_words(self, end: int) -> None:
        """Words after a list belong to what the list stands in: close the list."""
        while len(self.stack) > 2 and self.stack[-1][0] in {"letter", "roman", "capital"}:
            self.stack.pop()
        self._close_to(len(self.stack), end, own=not self.stack[-1][1].children)

    def _close_to(self, depth: int, end: int, *, own: bool) -> None:
        for _, provision in self.stack[:depth]:
            provision.end = end
        if own:
            self.stack[-1][1].own_end = end


def _settle(provision: Provision, limit: int) -> None:
    provision.end = min(max([provision.end, *(child.end for child in provision.children)]), limit)
    if provision.children:
        provision.own_end = min(
            provision.own_end if provision.own_end > provision.start else provision.children[0].start,
            provision.children[0].start,
        )
        for child in provision.children:
            _settle(child, provision.end)
    else:
        provision.own_end = provision.end
