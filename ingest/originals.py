"""Reads official texts in Markdown by their legal structure: sections, subsections, paragraphs, schedules.

Text is kept byte for byte: every provision is a span of its file, so that a quotation can be proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import Place, Source
from assistant.errors import BadSource
from assistant.places import in_force

_IDENTIFIER = re.compile(r"^identifier: \"?([a-z0-9-]+)\"?\r?$", re.MULTILINE)
_LAST_UPDATED = re.compile(r"^last_updated: \"?([0-9-]+)\"?\r?$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6}) (.+)$")
_NUMBER = re.compile(r"^\d+[A-Z]{0,2}$")
_SCHEDULE = re.compile(r"^SCHEDULE (\d+)?", re.IGNORECASE)
_MARKER = re.compile(r"^(?:- )?\((\d+[A-Z]*|[a-z]{1,5}|[A-Z]{1,2})\) ?")
_BACK_MATTER = {"signed", "explanatory note", "footnotes", "editorial notes"}
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_REPEALED = re.compile(r"^[\s.]*$")


@dataclass(slots=True)
class Provision:
    """A section, subsection or paragraph. `start` and `end` are character offsets of its whole span in the file."""

    ref: str
    heading: str
    start: int
    own_end: int
    end: int
    children: list[Provision] = field(default_factory=list)

    def walk(self) -> Iterator[Provision]:
        """The provision and everything in it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Original:
    """One official text: its source, the words, and the provisions by place."""

    source: Source
    file: str
    text: str
    as_of: str
    tops: list[Provision]
    by_ref: dict[str, Provision]

    def words_of(self, ref: str) -> str:
        """The exact text of a place with everything in it, or an empty string when the place is not here."""
        provision = self.by_ref.get(ref)
        return self.text[provision.start : provision.end].strip() if provision else ""

    def own_words_of(self, ref: str) -> str:
        """The exact text of a place without what is numbered below it."""
        provision = self.by_ref.get(ref)
        if provision is None:
            return ""
        own = self.text[provision.start : provision.own_end].strip()
        return own[match.end() :] if (match := _MARKER.match(own)) else own

    def in_context(self, ref: str) -> str:
        """A place with the opening words of what it lies in, for reading it as a lawyer would."""
        lead = [self.own_words_of(outer) for outer in _outers(ref)]
        return " ".join((*filter(None, lead), self.words_of(ref)))

    def is_in_force(self, provision: Provision) -> bool:
        """False for provisions never commenced (by `sources.toml`) or repealed (nothing but dots)."""
        body = self.text[provision.start : provision.end]
        return in_force(self.source, Place(self.source.id, provision.ref)) and not _REPEALED.match(body)


def read_originals(folder: Path, sources: dict[str, Source]) -> list[Original]:
    """Every official text in a folder that `sources.toml` knows by its identifier.

    Raises BadSource when the folder is missing or holds none, or one of them is not text.
    """
    if not folder.is_dir():
        raise BadSource(f"{folder} is not a folder. Give --originals a folder of official texts in Markdown.")
    known = {name: source for source in sources.values() for name in source.originals}
    found = []
    for path in sorted(folder.glob("*.md")):
        try:
            text = path.read_bytes().decode("utf-8")  # as bytes, so that line ends stay as they are in the file
        except UnicodeDecodeError as exc:
            raise BadSource(f"{path} is not UTF-8 text ({exc.reason}). Fetch it again, or take it away.") from exc
        match = _IDENTIFIER.search(text)
        if match and match[1] in known:
            found.append(read_original(text, path.name, known[match[1]]))
    if not found:
        raise BadSource(
            f"{folder} holds no text that sources.toml knows. Check the folder, or add the source's `originals` name."
        )
    return found


def read_original(text: str, file: str, source: Source) -> Original:
    """The provisions of one text. Each gets a place such as `s.10(4)(b)`; nested lists follow their markers."""
    dated = _LAST_UPDATED.search(text)
    tree = _Tree("s" if source.authority == "act" else "reg", len(text))
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        if not tree.take(line.strip(), start, position):
            tree.finish(start)
            break
    else:
        tree.finish(len(text))
    by_ref: dict[str, Provision] = {}
    for top in tree.tops:
        for provision in top.walk():
            by_ref.setdefault(provision.ref, provision)
    return Original(source, file, text, dated[1] if dated else source.as_of, tree.tops, by_ref)


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


def _outers(ref: str) -> list[str]:
    outers = []
    while ref.endswith(")"):
        ref = ref[: ref.rfind("(")]
        outers.append(ref)
    return outers[::-1]
