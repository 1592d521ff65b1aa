"""Reads web pages: the main text as trafilatura finds it, with headings, tables and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.blocks import Block, Kind, document_of
from ingest.readers.dates import dates_of
from ingest.readers.document import Document, Unreadable
from ingest.readers.markup import blocks_of, parse_html, words_of
from ingest.readers.words import decoded

_HEADING = re.compile(r"^h([1-6])$")
_ENOUGH = 0.5  # share of the words of <main> that the extractor must keep, or <main> is taken whole


def read_web_page(raw: bytes) -> Document:
    """The words of a page without menus and footers. Raises Unreadable when it has none."""
    import trafilatura
    from trafilatura.settings import use_config

    text = decoded(raw, _declared(raw))
    tree = parse_html(text)
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "0")
    found: Any = trafilatura.bare_extraction(
        text, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True, config=config
    )
    main = next(iter(tree.xpath("//main|//*[@role='main']|//article")), None)
    blocks = list(_kept(found.body, tree)) if found is not None and found.body is not None else []
    if main is not None and _count(blocks) < _ENOUGH * len(words_of(main).split()):
        blocks = list(blocks_of(main))  # the extractor is made for news: it may take tables and lists for menus
    if not blocks:
        raise Unreadable("no main text was found in it. If the page is made by scripts, save it as PDF and add that.")
    published, updated = dates_of(tree, words_of(tree))
    return document_of(blocks, format="html", title=_title(tree, found), published=published, updated=updated)


def _kept(body: Any, tree: Any) -> Iterator[Block]:
    """The blocks of trafilatura's own elements, headings with the ids they have on the page."""
    ids = {_key(words_of(h)): h for h in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")}
    for element in body.iter("head", "p", "item", "row", "quote", "code", "lb"):
        if any(outer.tag in {"item", "row", "quote"} for outer in element.iterancestors()):
            continue
        text = " ".join("".join(element.itertext()).split())
        if element.tag == "head":
            level = int(element.get("rend", "h2")[-1]) if element.get("rend", "h2")[-1].isdigit() else 2
            heading = ids.get(_key(text))
            yield Block(Kind.HEADING, text, level, heading.get("id", "") if heading is not None else "")
        elif element.tag == "row":
            yield Block(Kind.ROW, "\t".join(" ".join("".join(c.itertext()).split()) for c in element))
        else:
            yield Block(Kind.ITEM if element.tag == "item" else Kind.PARAGRAPH, text)


def _key(text: str) -> str:
    return " ".join(text.split()).lower()


def _count(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)


def _title(tree: Any, found: Any) -> str:
    first = next(tree.iter("h1"), None)
    words = " ".join(words_of(first).split()) if first is not None else ""
    return (
        words or (found.title if found is not None and found.title else "") or (tree.findtext(".//title") or "").strip()
    )


def _declared(raw: bytes) -> str:
    found = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,30})", raw[:4096], re.IGNORECASE)
    return found[1].decode("ascii") if found else ""
