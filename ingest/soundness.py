"""Looks a library over and names what is damaged (`care-act ingest verify`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.chroma import CARDS_COLLECTION, PASSAGES_COLLECTION, chroma_errors, open_chroma
from assistant.domain import Passage
from assistant.errors import BadSource, LibraryEmpty
from assistant.library import Library, open_library
from ingest.entries import Entry, card_entries, passage_entries
from ingest.holdings import Holdings
from ingest.limited import Limited

SUMS = "sums.json"
_STORE = "chroma"  # its files change when they are only opened: what it holds is looked at instead
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked at: what it is, and what is wrong with it; nothing when it is sound."""

    name: str
    wrong: str = ""


def keep_sums(folder: Path) -> None:
    """Write the checksum of every file of a finished library beside them."""
    (folder / SUMS).write_text(json.dumps(dict(_sums(folder)), indent=1), encoding="utf-8")


def look_over(home: Path, holdings: Holdings) -> Iterator[Found]:
    """Everything that can be wrong with the library in use and the documents it was built from."""
    try:
        library = open_library(home)
    except LibraryEmpty as exc:
        yield Found("library", str(exc))
        return
    yield from _files(library)
    yield from _counts(library)
    yield from _store(library)
    yield from _words(library)
    yield from _documents(holdings)


def _sums(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(f"{_STORE}/") and name != SUMS:
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()


def _files(library: Library) -> Iterator[Found]:
    try:
        kept = json.loads((library.folder / SUMS).read_bytes())
    except (OSError, ValueError):
        yield Found("checksums", f"{SUMS} is missing or cannot be read: the files cannot be held against it")
        return
    now = dict(_sums(library.folder))
    for name in sorted({*kept, *now}):
        if name not in now:
            yield Found(name, "is gone")
        elif kept.get(name) != now[name]:
            yield Found(name, "is not as it was built: its checksum differs")
    yield Found(f"{len(now)} files")


def _counts(library: Library) -> Iterator[Found]:
    manifest = library.manifest
    held = {
        "cards": len(library.cards),
        "passages": len(library.passages),
        "phrasings": sum(len(card.asked) for card in library.cards),
        "entries": len(library.rows) + len(library.passages),
    }
    for name, count in held.items():
        told = getattr(manifest, name)
        yield Found(f"{count} {name}", "" if told == count else f"the manifest says {told}")
    ids = [passage.id for passage in library.passages]
    yield Found("ids of passages", "" if len(set(ids)) == len(ids) else "two passages share an id")


def _store(library: Library) -> Iterator[Found]:
    try:
        client = open_chroma(library.folder / _STORE)
        try:
            on_cards = list(card_entries(library.cards, list(library.steps.values())))
            yield from _collection(client, CARDS_COLLECTION, on_cards, library)
            yield from _collection(client, PASSAGES_COLLECTION, list(passage_entries(library.passages)), library)
            yield from _probes(client, library)
        finally:
            client.close()
    except chroma_errors() as exc:
        yield Found("Chroma", f"its files cannot be read ({type(exc).__name__})")


def _collection(client: Any, name: str, entries: list[Entry], library: Library) -> Iterator[Found]:
    """Whether a collection holds each text once, with a vector of its own that is of length 1."""
    collection, model = client.get_collection(name, embedding_function=None), library.manifest.model
    expected, bad = {entry.id: entry.digest(model) for entry in entries}, 0
    for start in range(0, max(collection.count(), 1), _BATCH):
        rows = collection.get(limit=_BATCH, offset=start, include=["metadatas", "embeddings"])
        for key, told, vector in zip(rows["ids"], rows["metadatas"], rows["embeddings"], strict=True):
            bad += expected.pop(key, None) != told.get("digest") or abs(float(np.linalg.norm(vector)) - 1) > 0.01
    if expected:
        yield Found(name, f"{len(expected)} of {len(entries)} entries are missing, such as {next(iter(expected))}")
    if bad:
        yield Found(name, f"{bad} entries are not what the library holds, or have a damaged vector")
    yield Found(f"{name}: {collection.count()} vectors")


def _probes(client: Any, library: Library) -> Iterator[Found]:
    """Each source is asked for with one of its own passages, which must come back first, or one just as near."""
    collection = client.get_collection(PASSAGES_COLLECTION, embedding_function=None)
    by_source: dict[str, list[Passage]] = {}
    for passage in library.passages:
        by_source.setdefault(passage.place.source, []).append(passage)
    for source, passages in by_source.items():
        probe = passages[len(passages) // 2]
        vectors = collection.get(ids=[probe.id], include=["embeddings"])["embeddings"]
        if not len(vectors):
            yield Found(source, f"its passage {probe.id} has no vector")
            continue
        found = collection.query(query_embeddings=[list(map(float, vectors[0]))], n_results=1, include=["distances"])
        well = found["ids"][0] == [probe.id] or (found["distances"][0] and found["distances"][0][0] < 0.001)
        yield Found(f"probe of {source}", "" if well else f"{probe.id} is not found by its own vector")


def _words(library: Library) -> Iterator[Found]:
    for passage in library.passages[:: max(1, len(library.passages) // 20)]:
        row = library.passages.index(passage)
        scores = library.passage_words(f"{passage.heading} {passage.text}")
        if len(scores) != len(library.passages) or not scores[row] > 0:
            yield Found("index of words", f"{passage.id} is not found by its own words")
    yield Found("index of words")


def _documents(holdings: Holdings) -> Iterator[Found]:
    try:
        held = holdings.all()
    except BadSource as exc:
        yield Found("documents", str(exc))
        return
    with Limited() as limited:
        for holding in held:
            try:
                holdings.document(holding, limited)
                yield Found(f"document {holding.key}")
            except BadSource as exc:
                yield Found(f"document {holding.key}", str(exc))
