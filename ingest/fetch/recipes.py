"""Which addresses the official text of a source is fetched from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.domain import Authority, Place, Source
from assistant.places import expand, parse_ref

_PATHS = {"s": "section", "reg": "regulation", "art": "article", "rule": "rule", "sch": "schedule"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One document to fetch: the name it is held by, its source, and its address."""

    key: str
    source: str
    url: str


def recipes(sources: Mapping[str, Source], cited: Iterable[Place]) -> Iterator[Recipe]:
    """Every document that sources.toml lists.

    The address is the source's own `fetch`, or follows from its page: legislation.gov.uk has the XML of each item,
    GOV.UK the same page in its Content API, others the page itself. Of an Act marked `cited_only`, only the sections
    that cards rest on are fetched.
    """
    by_source: dict[str, set[str]] = {}
    for place in cited:
        by_source.setdefault(place.source, set()).update(expand(place.ref))
    for source in sources.values():
        urls = source.fetch or tuple(_addresses(source, by_source.get(source.id, set())))
        for name, url in _named(urls):
            yield Recipe(f"{source.id}.{name}" if name else source.id, source.id, url)


def _named(urls: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each address with a short name: the section's, which does not change when others are cited, or its number."""
    for n, url in enumerate(urls):
        parts = urlsplit(url).path.removesuffix("/data.xml").strip("/").split("/")
        kind = next((kind for kind, path in _PATHS.items() if parts[-2:-1] == [path]), "")
        yield (f"{kind}.{parts[-1].lower()}" if kind else str(n + 1) if n else ""), url


def _addresses(source: Source, cited: set[str]) -> Iterator[str]:
    page, host = source.page.rstrip("/"), urlsplit(source.page).hostname or ""
    if source.publisher == "legislation.gov.uk" and source.authority in {Authority.ACT, Authority.REGULATIONS}:
        if source.cited_only:
            tops = sorted({(kind, number) for ref in cited if (parsed := parse_ref(ref)) for kind, number in [parsed]})
            yield from (f"{page}/{_PATHS[kind]}/{number}/data.xml" for kind, number in tops if kind in _PATHS)
        else:
            yield f"{page}/data.xml"
    elif host == "www.gov.uk":
        yield f"https://www.gov.uk/api/content{urlsplit(page).path}"
    elif source.page:
        yield source.page
