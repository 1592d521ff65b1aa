"""One round of fetching: ask, read, and keep what is whole. What cannot be had leaves what was held before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from assistant.errors import BadSource
from ingest.fetch.client import Away, Client, Reply
from ingest.fetch.recipes import Recipe
from ingest.holdings import Copy, Holding, Holdings
from ingest.limited import Limited
from ingest.readers.document import Document

SUFFIXES = {
    "clml": ".xml",
    "akn": ".xml",
    "govuk": ".json",
    "html": ".html",
    "pdf": ".pdf",
    "docx": ".docx",
    "markdown": ".md",
    "text": ".txt",
}


class Outcome(StrEnum):
    """What became of one document."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    AWAY = "not reached"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One document after the round. `told` says why it was refused, or what was found in it."""

    recipe: Recipe
    outcome: Outcome
    told: str


def fetch_all(recipes: Iterable[Recipe], holdings: Holdings, client: Client, limited: Limited) -> Iterator[Fetched]:
    """Fetch each document in turn. One that is refused, or cannot be reached, does not stop the others."""
    with holdings.writing():
        for recipe in recipes:
            try:
                yield _fetch(recipe, holdings, client, limited)
            except Away as exc:
                yield Fetched(recipe, Outcome.AWAY, str(exc))
            except BadSource as exc:
                yield Fetched(recipe, Outcome.REFUSED, str(exc))


def _fetch(recipe: Recipe, holdings: Holdings, client: Client, limited: Limited) -> Fetched:
    held = holdings.get(recipe.key)
    same = held is not None and held.url == recipe.url and holdings.path(held).is_file()
    known = held.copy if held is not None and same else Copy("", "", 0, "")
    reply = client.get(recipe.url, known.etag, known.last_modified)
    if not reply.changed:
        return Fetched(recipe, Outcome.UNCHANGED, f"as fetched on {known.fetched[:10]}")
    document, suffix = whole(reply, limited)
    copy = Copy("", "", 0, "", reply.etag, reply.last_modified)
    made = Holding(recipe.key, recipe.source, recipe.url, document.format, document.title, copy)
    kept = holdings.keep(made, reply.raw, suffix)
    if held is not None and same and kept.copy.sha256 == held.copy.sha256:
        holdings.note(replace(kept, before=held.before))
        return Fetched(recipe, Outcome.UNCHANGED, f"the same words as on {known.fetched[:10]}")
    found = f"{len(document.tops)} places, {document.words} words; {document.title}"
    return Fetched(recipe, Outcome.CHANGED if held is not None else Outcome.NEW, found)


def whole(reply: Reply, limited: Limited) -> tuple[Document, str]:
    """The document in a reply, read to its end, and the suffix its format has. Raises BadSource for half a document."""
    if (
        "html" in reply.content_type
        and b"</html" not in reply.raw[-4096:].lower()
        and b"<html" in reply.raw[:4096].lower()
    ):
        raise BadSource(f"{reply.url} broke off before its end. Fetch it again.")
    if reply.raw[:1024].lstrip().startswith(b"%PDF") and b"%%EOF" not in reply.raw[-2048:]:
        raise BadSource(f"{reply.url} broke off before its end. Fetch it again.")
    with tempfile.TemporaryDirectory() as folder:
        name = _file_name(reply)
        path = Path(folder) / "document"
        path.write_bytes(reply.raw)
        document = limited.read(path, name)
    return document, SUFFIXES[document.format]


def _file_name(reply: Reply) -> str:
    """A name that tells the reader what the server said it is; never the server's own, which may hold a path."""
    kinds = {"markdown": ".md", "html": ".html", "text/plain": ".txt"}
    suffix = next((suffix for kind, suffix in kinds.items() if kind in reply.content_type), "")
    last = reply.url.rpartition("/")[2].partition("?")[0]
    return (last[-60:] if last.replace("-", "").replace(".", "").replace("_", "").isalnum() else "document") + (
        suffix if not last.endswith(suffix) else ""
    )
