"""Reads Markdown: legislation by its sections and marks, other texts by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt

from ingest.readers.blocks import Block, Kind, document_of
from ingest.readers.document import Document, Unreadable
from ingest.readers.law import place_kind
from ingest.readers.statute import read_statute
from ingest.readers.words import decoded

_HEADER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_FIELD = re.compile(r"^([a-z_]+): *\"?(.*?)\"?\r?$", re.MULTILINE)


def read_markdown(raw: bytes) -> Document:
    """The words of a Markdown text. Raises Unreadable when it has none."""
    text = decoded(raw)
    header = _HEADER.match(text)
    told = dict(_FIELD.findall(header[1])) if header else {}
    if told.get("identifier"):
        _insist_on_utf8(raw)
        title = told.get("title", "")
        tops = read_statute(text, place_kind(told["identifier"], title))
        if tops:
            return Document(
                "markdown",
                title,
                text,
                tops,
                told["identifier"],
                told.get("publication_date", ""),
                told.get("last_updated", ""),
            )
    body = text[header.end() :] if header else text
    return document_of(
        _blocks(body),
        format="markdown",
        title=told.get("title", ""),
        published=told.get("date", ""),
        updated=told.get("updated", ""),
    )


def _insist_on_utf8(raw: bytes) -> None:
    """Law is never guessed at: another encoding would change its words."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise Unreadable(f"it is not UTF-8 text ({exc.reason}). Fetch it again.") from exc


def _blocks(text: str) -> Iterator[Block]:
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    row: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield Block(Kind.ROW, "\t".join(row))
        elif token.type in {"fence", "code_block"}:
            yield Block(Kind.PARAGRAPH, token.content)
        elif token.type == "inline":
            words = _plain(token)
            opened = before.type if before is not None else ""
            if opened == "heading_open" and before is not None:
                yield Block(Kind.HEADING, words, int(before.tag[1]))
            elif opened in {"th_open", "td_open"}:
                row.append(words)
            else:
                yield Block(Kind.ITEM if token.level > 2 else Kind.PARAGRAPH, words)


def _plain(token: Any) -> str:
    """The words without marks of emphasis; of a link, its words."""
    parts = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
    return "".join(parts)
