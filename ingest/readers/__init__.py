"""Readers, one a format, behind one small promise: bytes in, a Document out, or Unreadable with what to do.

A new format is a module with such a function, a line in `READERS`, and a way to tell it by its first bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Protocol

from ingest.readers.document import Document, Unreadable

__all__ = ["READERS", "Document", "Format", "Reader", "Unreadable", "read", "reader_of", "recognise"]


class Format(StrEnum):
    """A format that can be read."""

    CLML = "clml"
    AKN = "akn"
    GOVUK = "govuk"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    MARKDOWN = "markdown"
    TEXT = "text"


class Reader(Protocol):
    """Turns the bytes of one format into a Document."""

    def __call__(self, raw: bytes, /) -> Document:
        """The document. Raises Unreadable, saying what to do."""
        ...


# Named rather than imported: a PDF is read without loading what web pages need.
READERS: dict[Format, tuple[str, str]] = {
    Format.CLML: ("ingest.readers.clml", "read_clml"),
    Format.AKN: ("ingest.readers.akn", "read_akn"),
    Format.GOVUK: ("ingest.readers.govuk", "read_govuk"),
    Format.HTML: ("ingest.readers.web_page", "read_web_page"),
    Format.PDF: ("ingest.readers.pdf", "read_pdf"),
    Format.DOCX: ("ingest.readers.docx", "read_docx"),
    Format.MARKDOWN: ("ingest.readers.markdown", "read_markdown"),
    Format.TEXT: ("ingest.readers.words", "read_text"),
}
LONGEST = 16_000_000  # characters: five times the longest Act
_SUFFIXES = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".htm": Format.HTML,
    ".html": Format.HTML,
}
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file (.doc, .xls). Save it as .docx or PDF.",
    b"{\\rtf": "rich text (.rtf). Save it as .docx or PDF.",
    b"\x89PNG": "a picture. Have its text recognised (OCR), and add that.",
    b"\xff\xd8\xff": "a picture. Have its text recognised (OCR), and add that.",
    b"\x1f\x8b": "packed (gzip). Unpack it first.",
}


def recognise(raw: bytes, name: str = "") -> Format:
    """The format, by the first bytes, then by the file's name. Raises Unreadable for what cannot be read."""
    if not raw.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("it is empty. Fetch it again.")
    for mark, what in _OTHERS.items():
        if raw.startswith(mark):
            raise Unreadable(f"it is {what}")
    head = raw[:4096].lstrip(b"\xef\xbb\xbf\t\r\n ")
    if b"%PDF-" in raw[:1024]:
        return Format.PDF
    if raw.startswith(b"PK"):
        return Format.DOCX
    suffix = re.search(r"\.[a-z]+$", name.lower())
    named = _SUFFIXES.get(suffix[0]) if suffix else None
    return _by_letters(head, named)


def _by_letters(head: bytes, named: Format | None) -> Format:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in head[:64]:
        head = head.replace(b"\x00", b"").lstrip(b"\xff\xfe")  # UTF-16: the letters are every second byte
    low = head.lower()
    if re.match(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", low, re.DOTALL):
        return Format.HTML
    if low.startswith((b"<?xml", b"<legislation", b"<akomantoso", b"<!doctype", b"<!entity")):
        if b"akomantoso" in low:
            return Format.AKN
        return Format.CLML if b"<legislation" in low or b"<!" in low or named is None else named
    if low.startswith(b"{") and named is None:
        return Format.GOVUK
    if named:
        return named
    return Format.HTML if re.match(rb"<(?:!doctype|meta|title|div|p|h\d|main|article|section)\b", low) else Format.TEXT


def reader_of(format: Format) -> Reader:
    """The reader of a format, loaded when first asked for."""
    module, name = READERS[format]
    reader: Callable[[bytes], Document] = getattr(import_module(module), name)
    return reader


def read(raw: bytes, name: str = "") -> Document:
    """The document that some bytes hold. Raises Unreadable. Hostile bytes are read by `ingest.limited`, not here."""
    document = reader_of(recognise(raw, name))(raw)
    if len(document.text) > LONGEST:
        raise Unreadable(
            f"it holds {len(document.text):,} characters, more than any official text. Add its parts one by one."
        )
    return document
