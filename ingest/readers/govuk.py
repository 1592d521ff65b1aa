"""Reads items of the GOV.UK Content API: guidance, guides, answers, manuals; headings keep the ids they have on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ingest.readers.blocks import Block, Kind, document_of, slug
from ingest.readers.document import Document, Standing, Unreadable
from ingest.readers.markup import blocks_of, parse_html_fragment


def read_govuk(raw: bytes) -> Document:
    """The words of a GOV.UK page. Raises Unreadable for a page that only lists others, or is no Content API item."""
    try:
        item = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise Unreadable("it is not well-formed JSON. Fetch it again.") from exc
    details = item.get("details") if isinstance(item, dict) else None
    if not isinstance(details, dict):
        raise Unreadable("it is JSON, but no item of the GOV.UK Content API (it has no 'details').")
    if item.get("schema_name") in {"gone", "redirect"}:
        raise Unreadable("the page is gone from GOV.UK. Look for what took its place, and change its address.")
    return document_of(
        _blocks(details),
        format="govuk",
        title=_text(item.get("title")),
        published=(_text(item.get("first_published_at")) or _text(details.get("first_public_at")))[:10],
        updated=_text(item.get("public_updated_at"))[:10],
        notes=tuple(_notes(item, details)),
        standing=Standing.WITHDRAWN if _withdrawn(item) else Standing.LIVING,
    )


def _blocks(details: dict[str, Any]) -> Iterator[Block]:
    yield from _body(details.get("body"))
    parts = details.get("parts")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            title = _text(part.get("title"))
            yield Block(Kind.HEADING, title, 1, _text(part.get("slug")) or slug(title))
            yield from _body(part.get("body"), 1)


def _body(body: Any, level_shift: int = 0) -> Iterator[Block]:
    """The body is HTML, or a list with the same words in several content types."""
    if isinstance(body, list):
        typed = {_text(b.get("content_type")): b.get("content") for b in body if isinstance(b, dict)}
        body = typed.get("text/html") or typed.get("text/govspeak")
    if isinstance(body, str) and body.strip():
        yield from blocks_of(parse_html_fragment(body), level_shift)


def _notes(item: dict[str, Any], details: dict[str, Any]) -> Iterator[str]:
    if withdrawn := _withdrawn(item):
        yield f"withdrawn on {withdrawn}: it is no longer current, and is never quoted"
    attached = [a for a in details.get("attachments") or () if isinstance(a, dict)]
    if attached:
        titles = ", ".join(_text(a.get("title")) for a in attached[:5])
        yield f"its {len(attached)} attachments are not part of it: {titles}"


def _withdrawn(item: dict[str, Any]) -> str:
    """The day a page was withdrawn; empty while it stands."""
    notice = item.get("withdrawn_notice")
    return _text(notice.get("withdrawn_at"))[:10] if isinstance(notice, dict) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
