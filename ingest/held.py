"""The documents held, as original texts: each tied to its source, with the addresses and headings of its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assistant.domain import Source
from assistant.errors import BadSource
from ingest.holdings import Holding, Holdings
from ingest.limited import Limited
from ingest.originals import Original
from ingest.readers.document import Document


@dataclass(frozen=True, slots=True)
class Held:
    """The texts, the sources they are of with what was found in them, and what could not be read."""

    texts: tuple[Original, ...]
    sources: dict[str, Source]
    refused: tuple[str, ...]


def held_originals(holdings: Holdings, sources: Mapping[str, Source]) -> Held:
    """Everything held that belongs to a known source or was added. What is damaged is named, and the rest read."""
    texts, found, refused = list[Original](), dict[str, Source](), list[str]()
    with Limited() as limited:
        for holding in holdings.all():
            if holding.added is None and holding.source not in sources:
                refused.append(f"{holding.key} is of no source in sources.toml any more: remove it, or add the source.")
                continue
            try:
                document = holdings.document(holding, limited)
            except BadSource as exc:
                refused.append(str(exc))
                continue
            source = _source(holding, document, found.get(holding.source) or sources.get(holding.source))
            found[source.id] = source
            texts.append(Original.of(document, source, holding.key))
    return Held(tuple(replace_source(text, found) for text in texts), found, tuple(refused))


def replace_source(text: Original, found: Mapping[str, Source]) -> Original:
    """The text with all that was found of its source, also in its other parts."""
    return replace(text, source=found[text.source.id])


def _source(holding: Holding, document: Document, known: Source | None) -> Source:
    anchors = {ref: anchor for ref, anchor in document.anchors.items() if anchor}
    headings = {top.ref: top.heading for top in document.tops if top.ref.startswith("h.") and top.heading}
    if known is None:
        return holding.as_source(anchors, headings, document.updated or document.published)
    return replace(known, anchors={**anchors, **known.anchors}, chapters={**headings, **known.chapters})
