"""When a web page says it was published, and when it was last changed: only what it states, never a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

_PUBLISHED = {
    *(
        "article:published_time",
        "dcterms.created",
        "dcterms.issued",
        "dc.date.issued",
        "dc.date",
        "date",
        "datepublished",
    ),
    *("govuk:first-published-at", "dcterms.date", "dc.date.created", "pubdate", "publish-date"),
}
_UPDATED = {
    *(
        "article:modified_time",
        "og:updated_time",
        "dcterms.modified",
        "dc.date.modified",
        "last-modified",
        "datemodified",
    ),
    *("govuk:updated-at", "govuk:public-updated-at", "revised", "updated"),
}
_DAY = r"(\d{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\s+\d{4}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}|[A-Za-z]{3,9}\s+\d{4})"
_SAID_UPDATED = re.compile(
    rf"(?:last (?:updated|reviewed|modified)|updated|page reviewed)(?: on)?\W{{0,4}}{_DAY}", re.IGNORECASE
)
_SAID_PUBLISHED = re.compile(rf"(?:first published|published|date)(?: on| in)?\W{{0,4}}{_DAY}", re.IGNORECASE)
_FORMS = ("%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%d/%m/%Y", "%B %Y", "%b %Y")


def dates_of(tree: Any, words: str) -> tuple[str, str]:
    """Published and updated, as year-month-day; empty where the page does not say."""
    told = list(_told(tree))
    published = next((day for name, day in told if name in _PUBLISHED), "")
    updated = next((day for name, day in told if name in _UPDATED), "")
    return published or _said(_SAID_PUBLISHED, words), updated or _said(_SAID_UPDATED, words)


def _told(tree: Any) -> Iterator[tuple[str, str]]:
    """What the head of the page, its linked data and its time elements state."""
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name and (day := as_day(meta.get("content", ""))):
            yield name, day
    for script in tree.xpath("//script[@type='application/ld+json']"):
        for name in ("datePublished", "dateModified"):
            if found := re.search(rf'"{name}"\s*:\s*("[^"]{{4,40}}")', script.text or ""):
                yield name.lower(), as_day(_unquoted(found[1]))
    for element in tree.xpath("//*[@itemprop='datePublished' or @itemprop='dateModified'][@datetime or @content]"):
        yield element.get("itemprop").lower(), as_day(element.get("datetime") or element.get("content"))


def _unquoted(text: str) -> str:
    """A JSON string's value; empty when it is malformed, as linked data on a page may be."""
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _said(pattern: re.Pattern[str], words: str) -> str:
    found = pattern.search(words)
    return as_day(found[1]) if found else ""


def as_day(text: str) -> str:
    """A date as year-month-day, the first of the month when only that is named; empty when it is none."""
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", " ".join(text.split()))
    if found := re.match(r"\d{4}-\d\d-\d\d", text):
        text = found[0]
    for form in _FORMS:
        try:
            day: date = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return day.isoformat() if 1900 < day.year < 2200 else ""
    return ""
