"""Reads plain text: the letters first, then headings where a short line stands alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from ingest.readers.blocks import Block, Kind, document_of
from ingest.readers.dates import as_day
from ingest.readers.document import Document, Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")  # with the sign that begins an order to a terminal
_BULLET = re.compile(r"^\s*(?:[•▪◦‣·*–-])\s+")
_LONGEST_HEADING = 12  # words
_DATE = re.compile(r"(?:published|updated|last reviewed|date)\W{1,3}(?:in )?([^\n]{4,30})", re.IGNORECASE)


def decoded(raw: bytes, declared: str = "") -> str:
    """The text of some bytes. Raises Unreadable when they are no text in any encoding that official texts come in."""
    named = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    for name in filter(None, (named, declared, "utf-8", "cp1252")):
        try:
            text = raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if not _NOT_TEXT.search(text):
            return text
    raise Unreadable("it is not text in an encoding that can be told (UTF-8, UTF-16, Windows). Save it as UTF-8.")


def read_text(raw: bytes) -> Document:
    """The words of a text file, a paragraph a line or with blank lines between. Raises Unreadable when it has none."""
    text = decoded(raw)
    dated = _DATE.search(text[:3000])
    lines = [line for line in text.splitlines() if line.strip()]
    title = lines[0].strip() if lines and _is_heading(lines[0]) else ""
    return document_of(
        _blocks(text), format="text", title=title[:200], published=as_day(dated[1].strip(" .")) if dated else ""
    )


def _blocks(text: str) -> Iterator[Block]:
    """Paragraphs are lines, or runs of lines with blank ones between when the lines are wrapped."""
    wrapped = _is_wrapped(text)
    pieces = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")) if wrapped else text.splitlines()
    pieces = [piece for piece in pieces if piece.strip()]
    for n, piece in enumerate(pieces):
        following = pieces[n + 1] if n + 1 < len(pieces) else ""
        if _BULLET.match(piece):
            yield Block(Kind.ITEM, piece)
        elif _is_heading(piece) and following and len(following.split()) > len(piece.split()):
            yield Block(Kind.HEADING, piece, 2)
        else:
            yield Block(Kind.PARAGRAPH, piece)


def _is_wrapped(text: str) -> bool:
    """Whether lines were broken at a width rather than at the end of a paragraph."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()]
    long = [line for line in lines if len(line) > 60]
    return bool(long) and max(map(len, long)) < 120 and "\n\n" in text.replace("\r\n", "\n")


def _is_heading(line: str) -> bool:
    """A short line that is no sentence, no bullet and no name of a person under a quotation."""
    line = line.strip()
    if not line or "\n" in line or _BULLET.match(line) or line[-1] in ".,;:!?”\"'":
        return False
    return (
        len(line.split()) <= _LONGEST_HEADING
        and line[0].isalnum()
        and line.count(",") < 2
        and bool(re.search(r"[A-Za-z]", line))
    )
