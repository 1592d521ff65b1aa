"""Puts vectors into Chroma: into a copy of the earlier store when little has changed, else into a new one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.chroma import CARDS_COLLECTION, PASSAGES_COLLECTION, chroma_errors, open_chroma
from assistant.embedding import Vectors
from assistant.errors import CareActError
from ingest.entries import Entry

# Chroma marks what was deleted and keeps it: past this share a store is filled anew.
MOST_CHANGED = 0.2
BATCH = 500  # put in at a time: Chroma makes each number of a vector an object of its own on the way


def fill_chroma(
    folder: Path,
    on_cards: Sequence[Entry],
    on_passages: Sequence[Entry],
    vectors: Vectors,
    model: str,
    earlier: Path | None,
) -> None:
    """Make `folder` a store of exactly these entries. Raises CareActError when Chroma did not keep them all."""
    shelves = (
        (CARDS_COLLECTION, on_cards, vectors[: len(on_cards)]),
        (PASSAGES_COLLECTION, on_passages, vectors[len(on_cards) :]),
    )

    def brought_up(client: Any) -> bool:
        return all(_brought_up(client, name, entries, rows, model) for name, entries, rows in shelves)

    if earlier is not None and _tried(folder, earlier, "changed", brought_up):
        return
    client = open_chroma(folder)
    for name, entries, rows in shelves:
        collection = client.create_collection(name, embedding_function=None, metadata={"hnsw:space": "cosine"})
        _put(client, collection, entries, rows, model)
        if collection.count() != len(entries):
            raise CareActError(
                f"Chroma kept {collection.count()} of {len(entries)} entries in {folder}. Check the disk, then build again."
            )
    client.close()


def carry_chroma(folder: Path, earlier: Path, counts: dict[str, int]) -> bool:
    """Copy a store over the very same texts; False when it does not open, hold what it should, and find something."""

    def whole(client: Any) -> bool:
        return all(_finds(client.get_collection(name, embedding_function=None), n) for name, n in counts.items())

    return _tried(folder, earlier, "as-is", whole)


def _finds(collection: Any, count: int) -> bool:
    if collection.count() != count:
        return False
    first = collection.get(limit=1, include=["embeddings"])["embeddings"]
    return not count or bool(collection.query(query_embeddings=first, n_results=1)["ids"][0])


def _tried(folder: Path, earlier: Path, name: str, work: Callable[[Any], bool]) -> bool:
    """A copy of a store, worked on, that becomes `folder` when all went well.

    Made under another name, because Chroma cannot open a path again after a file there was no database.
    """
    copy = folder.with_name(f"{folder.name}.{name}")
    try:
        shutil.copytree(earlier, copy)
        client = open_chroma(copy)
        try:
            well = work(client)
        finally:
            client.close()
    except chroma_errors():
        well = False
    if well:
        copy.rename(folder)
    shutil.rmtree(copy, ignore_errors=True)
    return well


def _brought_up(client: Any, name: str, entries: Sequence[Entry], rows: Vectors, model: str) -> bool:
    collection = client.get_collection(name, embedding_function=None)
    stored = collection.get(include=["metadatas"])
    held = dict(zip(stored["ids"], stored["metadatas"], strict=True))
    new = [n for n, entry in enumerate(entries) if held.get(entry.id) != _metadata(entry, model)]
    gone = list(held.keys() - {entry.id for entry in entries})
    if len(new) + len(gone) > MOST_CHANGED * max(1, len(entries)):
        return False
    if gone:
        collection.delete(ids=gone)
    _put(client, collection, [entries[n] for n in new], rows[new], model)
    return bool(collection.count() == len(entries))


def _put(client: Any, collection: Any, entries: Sequence[Entry], rows: Vectors, model: str) -> None:
    batch = min(BATCH, client.get_max_batch_size())
    for start in range(0, len(entries), batch):
        part = entries[start : start + batch]
        collection.upsert(
            ids=[entry.id for entry in part],
            embeddings=rows[start : start + len(part)],
            documents=[entry.text for entry in part],
            metadatas=[_metadata(entry, model) for entry in part],
        )


def _metadata(entry: Entry, model: str) -> dict[str, str]:
    return {"kind": entry.kind.value, "owner": entry.owner, "digest": entry.digest(model), "model": model}
