"""Reads PDF with pdfium: words by page, headings by their size, lines joined to paragraphs; scans are refused."""

from __future__ import annotations

import ctypes
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ingest.readers.blocks import Block, Kind, document_of
from ingest.readers.document import Document, Unreadable

_BULLET = re.compile(r"^[•▪◦‣·●○■□\uf0b7\uf0a7o–-]\s+")
_OPENS = re.compile(r"^(?:\(?[a-z0-9]{1,4}\)|\d{1,2}(?:\.\d{1,3})*\.?)\s+\S")
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_JUNK_TITLE = re.compile(
    r"^(?:microsoft word|untitled|document\d*$|slide 1)|\.(?:docx?|indd|pdf|pptx?|xlsx?|qxd)$", re.I
)
_FEWEST = 25  # characters a page, on average, below which a PDF is taken for a scan
_BIGGER = 1.12  # a heading's size, against the size most of the words have
_BOLD = 600
_LONGEST_HEADING = 16  # words
_GAP = 1.45  # space between paragraphs, against the space between lines


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it stands on a page; `top` grows upwards."""

    text: str
    page: int
    size: float
    bold: bool
    top: float
    right: float


def read_pdf(raw: bytes) -> Document:
    """The words of a PDF, page by page. Raises Unreadable for a scan, a locked file or a damaged one."""
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(raw)
        pages = len(pdf)
        lines = [line for n in range(pages) for line in _lines(pdf[n], n + 1)]
        about = pdf.get_metadata_dict()
    except pdfium.PdfiumError as exc:
        if "password" in str(exc).lower():
            raise Unreadable("it is locked with a password. Save a copy without one, and add that.") from exc
        raise Unreadable(f"it cannot be opened as PDF ({exc}). Download it again, or print it to a new PDF.") from exc
    if sum(len(line.text) for line in lines) < _FEWEST * max(1, pages):
        raise Unreadable(
            f"its {pages} pages are pictures without words (a scan). Have the text recognised (OCR) first, or add the original."
        )
    body = _without_running_lines(lines, pages)
    blocks = list(_blocks(body))
    title = str(about.get("Title") or "").strip()
    biggest = _biggest_heading(body)
    return document_of(
        blocks,
        format="pdf",
        title=biggest if not title or _JUNK_TITLE.search(title) else title,
        published=_date(about.get("CreationDate")),
        updated=_date(about.get("ModDate")) or _date(about.get("CreationDate")),
        notes=tuple(_empty_pages(lines, pages)),
    )


def _lines(page: Any, number: int) -> Iterator[_Line]:
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    position = 0
    for piece in text_page.get_text_range().split("\n"):
        start, position = position, position + len(piece) + 1
        text = piece.replace("\ufffe", "").replace("\x02", "").replace("\x00", "").rstrip("\r")
        if not text.strip():
            continue
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip()) - 1
        box = [ctypes.c_double() for _ in range(4)]
        end = [ctypes.c_double() for _ in range(4)]
        raw.FPDFText_GetCharBox(text_page, first, *box)
        raw.FPDFText_GetCharBox(text_page, last, *end)
        yield _Line(
            text=text,
            page=number,
            size=round(raw.FPDFText_GetFontSize(text_page, first), 1),
            bold=raw.FPDFText_GetFontWeight(text_page, first) >= _BOLD,
            top=box[2].value,
            right=end[1].value,
        )
    text_page.close()
    page.close()


def _without_running_lines(lines: Sequence[_Line], pages: int) -> list[_Line]:
    """Without what stands at the head or foot of most pages, page numbers among them."""
    by_page: dict[int, list[_Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    edges = [line for on_page in by_page.values() for line in (*on_page[:2], *on_page[-2:])]
    seen = Counter(key for key, _ in {(_running_key(line), line.page) for line in edges})
    running = {key for key, count in seen.items() if count >= max(3, 0.5 * pages)}
    gone = {id(line) for line in edges if _running_key(line) in running or re.fullmatch(r"\W*\d{1,4}\W*", line.text)}
    return [line for line in lines if id(line) not in gone]


def _running_key(line: _Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()).lower())


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    usual, levels = _usual(lines), _levels(lines)
    open_: list[_Line] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if open_ and before is not None and _starts_anew(before, line, usual, in_row=_is_row(open_)):
            yield _joined(open_, usual, levels)
            open_ = []
        open_.append(line)
    if open_:
        yield _joined(open_, usual, levels)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What most lines have: their size, whether they are bold, the step from one to the next, the right edge."""

    size: float
    bold: bool
    step: float
    right: float


def _usual(lines: Sequence[_Line]) -> _Usual:
    sizes, bolds = Counter[float](), Counter[bool]()
    for line in lines:
        sizes[line.size] += len(line.text)
        bolds[line.bold] += len(line.text)
    steps = [a.top - b.top for a, b in pairwise(lines) if a.page == b.page and 0 < a.top - b.top < 60]
    rights = sorted(line.right for line in lines)
    return _Usual(
        size=sizes.most_common(1)[0][0],
        bold=bolds.most_common(1)[0][0],
        step=statistics.median(steps) if steps else 14.0,
        right=rights[int(0.9 * (len(rights) - 1))],
    )


def _levels(lines: Sequence[_Line]) -> dict[float, int]:
    sizes = sorted({line.size for line in lines}, reverse=True)
    return {size: min(n, 6) for n, size in enumerate(sizes, 1)}


def _is_heading(line: _Line, usual: _Usual) -> bool:
    words = line.text.split()
    if len(words) > _LONGEST_HEADING or not re.search(r"[A-Za-z]{2}", line.text) or _BULLET.match(line.text):
        return False
    return line.size >= usual.size * _BIGGER or (line.bold and not usual.bold and line.text.rstrip()[-1] not in ".,;")


def _is_row(lines: Sequence[_Line]) -> bool:
    """Whether the last two pieces stand side by side, as the cells of a table do."""
    return len(lines) > 1 and lines[-1].page == lines[-2].page and abs(lines[-1].top - lines[-2].top) < 2


def _starts_anew(before: _Line, line: _Line, usual: _Usual, *, in_row: bool) -> bool:
    """Whether a line opens a new paragraph, heading or row."""
    if before.page == line.page and abs(before.top - line.top) < 2:
        return False
    if in_row:
        return True
    if _is_heading(before, usual) or _is_heading(line, usual):
        same = (before.size, before.bold, before.page) == (line.size, line.bold, line.page)
        return not (same and before.top - line.top < usual.step * _GAP * line.size / usual.size)
    if _BULLET.match(line.text) or (_OPENS.match(line.text) and before.text.rstrip()[-1:] in ".;:)?!"):
        return True
    if before.page != line.page:
        return True
    if before.top - line.top > usual.step * _GAP:
        return True
    return before.text.rstrip()[-1:] in ".?!" and before.right < 0.8 * usual.right


def _joined(lines: Sequence[_Line], usual: _Usual, levels: dict[float, int]) -> Block:
    first = lines[0]
    text = " ".join(line.text.strip() for line in lines)
    if _is_heading(first, usual) and len(text.split()) <= 2 * _LONGEST_HEADING:
        return Block(Kind.HEADING, text, levels[first.size], page=first.page)
    return Block(Kind.ITEM if _BULLET.match(text) else Kind.PARAGRAPH, text, page=first.page)


def _biggest_heading(lines: Sequence[_Line]) -> str:
    """The largest words on the first two pages: what a person would call the title."""
    first = [replace(line, text=" ".join(line.text.split())) for line in lines if line.page <= 2]
    if not first:
        return ""
    size = max(line.size for line in first)
    return " ".join(line.text for line in first if line.size == size)[:200]


def _empty_pages(lines: Sequence[_Line], pages: int) -> Iterator[str]:
    empty = sorted(set(range(1, pages + 1)) - {line.page for line in lines})
    if empty:
        yield f"no words on {len(empty)} of {pages} pages ({', '.join(map(str, empty[:8]))}): pictures there are not read"


def _date(value: Any) -> str:
    found = _PDF_DATE.search(str(value or ""))
    return "-".join(found.groups()) if found else ""
