"""Reads Word documents (DOCX): headings by their style, automatic numbers worked out, tables row by row."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from ingest.readers.blocks import Block, Kind, document_of
from ingest.readers.document import Document, Unreadable

_STYLE = re.compile(r"^(?:heading|title|überschrift)\s*(\d)?$", re.IGNORECASE)
_MOST_UNPACKED = 150_000_000  # bytes
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(raw: bytes) -> Document:
    """The words of a Word document. Raises Unreadable for a zip bomb, a locked file or a damaged one."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    _refuse_bomb(raw)
    try:
        opened = docx.Document(io.BytesIO(raw))
        blocks = list(_blocks(opened))
        about = opened.core_properties
        title, made, changed = about.title or "", about.created, about.modified
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, OSError) as exc:
        raise Unreadable(
            f"it cannot be opened as a Word document ({type(exc).__name__}). Save it again as .docx."
        ) from exc
    first = next((block.text for block in blocks if block.kind is Kind.HEADING), "")
    return document_of(
        blocks,
        format="docx",
        title=title.strip() or first,
        published=f"{made:%Y-%m-%d}" if made else "",
        updated=f"{changed:%Y-%m-%d}" if changed else "",
    )


def _refuse_bomb(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names, unpacked = package.namelist(), sum(entry.file_size for entry in package.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as exc:
        raise Unreadable("it is no Word document (.docx), or it is damaged. Save it again as .docx.") from exc
    if "word/document.xml" not in names:
        raise Unreadable("it is a zip file without a Word document in it. Give the .docx itself.")
    if unpacked > _MOST_UNPACKED:
        raise Unreadable(f"it unpacks to {unpacked // 1_000_000} MB. Take the pictures out and save it again.")


def _blocks(opened: Any) -> Iterator[Block]:
    from docx.table import Table

    numbers = _Numbers(opened)
    for part in opened.iter_inner_content():
        if isinstance(part, Table):
            yield from _rows(part)
            continue
        words = _words(part)
        if not words.strip():
            continue
        number = numbers.of(part)
        style = _STYLE.match((part.style.name if part.style is not None else "") or "")
        if style:
            yield Block(Kind.HEADING, f"{number} {words}".strip(), int(style[1] or 1))
        else:
            yield Block(
                Kind.PARAGRAPH if number or not numbers.is_list(part) else Kind.ITEM, f"{number} {words}".strip()
            )


def _words(paragraph: Any) -> str:
    """The words of a paragraph, links included, deleted words and notes not."""
    parts = []
    for node in paragraph._p.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}noBreakHyphen"):
        parts.append({"t": node.text or "", "noBreakHyphen": "-"}.get(node.tag.removeprefix(_WORD), " "))
    return "".join(parts)


def _rows(table: Any) -> Iterator[Block]:
    for row in table._tbl.iter(f"{_WORD}tr"):
        cells = (
            " ".join("".join(t.text or "" for t in p.iter(f"{_WORD}t")) for p in c.iter(f"{_WORD}p"))
            for c in row.iter(f"{_WORD}tc")
        )
        yield Block(Kind.ROW, "\t".join(cells))


class _Numbers:
    """Word keeps automatic numbers (1, 1.1, 1.1.1) as counters: they are counted here as Word does."""

    def __init__(self, opened: Any) -> None:
        self._levels: dict[tuple[str, str], tuple[str, str]] = {}
        self._counts: dict[str, list[int]] = {}
        try:
            numbering = opened.part.numbering_part.element
        except (KeyError, NotImplementedError):  # how python-docx says that a document has no numbering part
            return
        abstract = {a.get(f"{_WORD}abstractNumId"): a for a in numbering.iter(f"{_WORD}abstractNum")}
        for num in numbering.iter(f"{_WORD}num"):
            link = num.find(f"{_WORD}abstractNumId")
            base = abstract.get(link.get(f"{_WORD}val")) if link is not None else None
            for level in base.iter(f"{_WORD}lvl") if base is not None else ():
                shape, text = level.find(f"{_WORD}numFmt"), level.find(f"{_WORD}lvlText")
                if shape is not None and text is not None:
                    key = (num.get(f"{_WORD}numId"), level.get(f"{_WORD}ilvl"))
                    self._levels[key] = (shape.get(f"{_WORD}val", ""), text.get(f"{_WORD}val", ""))

    def of(self, paragraph: Any) -> str:
        """The number Word shows before a paragraph, such as `4.2`, when it is made of figures alone."""
        key = self._key(paragraph)
        shape, text = self._levels.get(key, ("", ""))
        if shape != "decimal":
            return ""
        counts = self._counts.setdefault(key[0], [0] * 9)
        level = int(key[1]) if key[1].isdigit() else 0
        counts[level] += 1
        counts[level + 1 :] = [0] * (8 - level)
        return re.sub(r"%(\d)", lambda m: str(max(1, counts[int(m[1]) - 1])), text)

    def is_list(self, paragraph: Any) -> bool:
        """Whether the paragraph is an item of a list."""
        return bool(self._key(paragraph)[0])

    @staticmethod
    def _key(paragraph: Any) -> tuple[str, str]:
        properties = [paragraph._p.pPr, paragraph.style.element.pPr if paragraph.style is not None else None]
        for found in properties:
            number = found.numPr if found is not None else None
            if number is not None and number.numId is not None:
                return str(number.numId.val), str(number.ilvl.val if number.ilvl is not None else 0)
        return "", "0"
