"""A vector for every entry: the one an earlier library holds for the same text and model, or a new one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.embedding import Embedder, Vectors
from assistant.errors import LibraryEmpty
from assistant.library import current_folder, stored_vectors
from ingest.entries import Entry

BATCH = 64
Progress = Callable[[int, int], None]  # texts embedded so far, texts to embed


@dataclass(frozen=True, slots=True)
class Embedded:
    """A row for each entry, how many were there before, and the seconds spent inside the model alone."""

    vectors: Vectors
    kept: int
    seconds: float


def embedded(
    entries: Sequence[Entry], held: Mapping[str, Vectors], embedder: Embedder, progress: Progress | None = None
) -> Embedded:
    """The vectors of entries, at least one; `held` has those known before, by the digest of their text. A text that comes twice is embedded once."""
    vectors = dict(held)
    digests = [entry.digest(embedder.name) for entry in entries]
    text_of = dict(zip(digests, (entry.text for entry in entries), strict=True))
    missing = [digest for digest in text_of if digest not in held]
    missing.sort(key=lambda digest: len(text_of[digest]))  # like lengths together: less padding, faster
    seconds = 0.0
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        before = time.perf_counter()
        vectors.update(zip(batch, embedder.embed([text_of[digest] for digest in batch]), strict=True))
        seconds += time.perf_counter() - before
        if progress:
            progress(start + len(batch), len(missing))
    fresh = set(missing)
    return Embedded(
        np.stack([vectors[digest] for digest in digests]), sum(digest not in fresh for digest in digests), seconds
    )


def held_vectors(home: Path, model: str) -> dict[str, Vectors]:
    """Vectors by digest of the library in use; nothing when there is none, or it is damaged and must be made anew."""
    try:
        return dict(stored_vectors(current_folder(home), model))
    except LibraryEmpty:
        return {}
