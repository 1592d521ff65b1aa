"""Adds a document of the operator's own, such as a council's policy: from a file, or from a web address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Authority, Source
from assistant.errors import BadSource
from ingest.fetch.client import Client, Reply
from ingest.fetch.rounds import SUFFIXES, whole
from ingest.holdings import Added, Copy, Holding, Holdings
from ingest.limited import Limited
from ingest.readers.blocks import slug
from ingest.readers.document import Document


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator said of a document. What is empty is taken from the document, or asked for."""

    title: str = ""
    authority: Authority | None = None
    publisher: str = ""
    area: str = ""
    name: str = ""
    url: str = ""


def add(
    what: str,
    wanted: Wanted,
    holdings: Holdings,
    known: dict[str, Source],
    client: Callable[[], Client],
    ask: Callable[[Document, Wanted], Wanted],
) -> tuple[Holding, Document]:
    """Read a document and keep it. `ask` completes what was not said. Raises BadSource; nothing is then kept."""
    with Limited() as limited:
        if what.lower().startswith(("http://", "https://")):
            with client() as asking:
                reply = asking.get(what)
            document, suffix = whole(reply, limited)
        else:
            path = Path(what)
            document = limited.read(path)
            suffix = SUFFIXES[document.format]
            reply = Reply(wanted.url, path.read_bytes())
    wanted = ask(document, wanted)
    title = wanted.title or document.title or Path(what).stem
    key = wanted.name or slug(title)
    if key in known:
        raise BadSource(f"'{key}' is a source of the corpus already. Give this one another name with --name.")
    held = holdings.get(key)
    if held is not None and held.added is None:
        raise BadSource(f"'{key}' is the name of a fetched text. Give this one another name with --name.")
    added = Added(
        title, wanted.authority or Authority.PRACTICE, wanted.publisher or wanted.area or "added here", wanted.area
    )
    copy = Copy("", "", 0, "", reply.etag, reply.last_modified)
    with holdings.writing():
        kept = holdings.keep(Holding(key, key, reply.url, document.format, title, copy, added=added), reply.raw, suffix)
    return kept, document
