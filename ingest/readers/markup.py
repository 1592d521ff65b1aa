"""Turns HTML, already cut down to its main text, into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import html as lxml_html
from lxml.etree import ParserError

from ingest.readers.blocks import Block, Kind
from ingest.readers.document import Unreadable

_HEADING = re.compile(r"^h([1-6])$")
_NEVER = {
    *("script", "style", "noscript", "template", "svg", "math", "object", "embed", "iframe", "form", "button", "input"),
    *("select", "textarea", "audio", "video", "canvas", "nav", "head"),
}
_BLOCKS = {
    *("p", "li", "tr", "td", "th", "div", "section", "article", "main", "ul", "ol", "dl", "dt", "dd", "table", "thead"),
    *("tbody", "tfoot", "caption", "blockquote", "figure", "figcaption", "details", "summary", "address", "pre", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "aside", "fieldset", "legend", "body", "html"),
}
_BACK_LINK = re.compile(r"\bfootnote", re.IGNORECASE)


def parse_html(text: str) -> Any:
    """The root of an HTML text. Raises Unreadable when there is nothing in it."""
    try:
        return lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (ParserError, ValueError) as exc:
        raise Unreadable("the page is empty.") from exc


def parse_html_fragment(text: str) -> Any:
    """The body of a piece of HTML."""
    return parse_html(f"<html><body>{text}</body></html>" if text.strip() else "")


def blocks_of(element: Any, level_shift: int = 0) -> Iterator[Block]:
    """Headings, paragraphs, list items and rows in reading order; scripts, forms and footnote marks left out."""
    loose: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _NEVER or _is_footnotes(child):
            loose.append(child.tail or "")
        elif child.tag in _BLOCKS:
            yield from _paragraph(loose)
            yield from _block(child, level_shift)
            loose = [child.tail or ""]
        elif any(isinstance(e.tag, str) and e.tag in _BLOCKS for e in child.iterdescendants()):
            yield from _paragraph(loose)
            yield from blocks_of(child, level_shift)
            loose = [child.tail or ""]
        else:
            loose.extend((words_of(child), child.tail or ""))
    yield from _paragraph(loose)


def words_of(element: Any) -> str:
    """The words of an element and what lies in it; a line break is a space."""
    if not isinstance(element.tag, str) or element.tag in _NEVER or _is_footnote_mark(element):
        return ""
    parts = [" " if element.tag == "br" else element.text or ""]
    for child in element:
        words = words_of(child)
        parts.extend((f" {words} " if child.tag in _BLOCKS else words, child.tail or ""))
    return "".join(parts)


def _block(element: Any, level_shift: int) -> Iterator[Block]:
    if match := _HEADING.match(element.tag):
        yield Block(Kind.HEADING, words_of(element), int(match[1]) + level_shift, _anchor(element))
    elif element.tag in {"summary", "caption", "dt", "legend"}:
        yield Block(Kind.PARAGRAPH, words_of(element))
    elif element.tag == "tr":
        cells = [words_of(cell) for cell in element if cell.tag in {"td", "th"}]
        yield Block(Kind.ROW, "\t".join(" ".join(cell.split()) for cell in cells))
    elif element.tag == "li" and not any(e.tag in _BLOCKS for e in element.iterdescendants() if isinstance(e.tag, str)):
        yield Block(Kind.ITEM, words_of(element))
    else:
        yield from blocks_of(element, level_shift)


def _paragraph(loose: list[str]) -> Iterator[Block]:
    if (text := "".join(loose)).strip():
        yield Block(Kind.PARAGRAPH, text)


def _anchor(heading: Any) -> str:
    """The id a link can point to: the heading's own, or that of what is wrapped around it alone."""
    if heading.get("id"):
        return str(heading.get("id"))
    inner = next(
        (e.get("id") or e.get("name") for e in heading.iterdescendants("a", "span") if e.get("id") or e.get("name")), ""
    )
    around = heading.getparent()
    if not inner and around is not None and around.tag in {"section", "div", "header"} and around.get("id"):
        return str(around.get("id")) if next(iter(around), None) is heading else ""
    return str(inner or "")


def _is_footnote_mark(element: Any) -> bool:
    named = bool(_BACK_LINK.search(element.get("id", "")))
    return element.tag == "sup" and (named or element.find(".//a[@href]") is not None)


def _is_footnotes(element: Any) -> bool:
    return bool(_BACK_LINK.search(element.get("class", ""))) and element.tag in {"div", "section", "ol"}
