"""The shelf the assistant reads from: cards, official passages, their vectors (Chroma) and word indexes.

A library is a folder written once by `care-act ingest build` and never changed;
the file `current` names the one in use, so a new one is swapped in by replacing that file.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from assistant.chroma import CARDS_COLLECTION, PASSAGES_COLLECTION, NearestPassages, chroma_errors, open_chroma
from assistant.domain import Card, NextStep, Passage, Source
from assistant.errors import LibraryEmpty
from assistant.hearing import Hearing
from assistant.learned import Learned
from assistant.lexical import LexicalIndex, Scores, Tokens

FORMAT = 3
_PAGE = 1000  # vectors asked of Chroma at a time: what it gives is many times as large as what is kept
MODELS = "models"  # beside the builds: exported embedding models, which builds share
BUILD = "Run `care-act ingest build` to make one."


class EntryKind(StrEnum):
    """What a vector stands for."""

    TITLE = "title"
    ASKED = "asked"
    STATEMENT = "statement"
    BODY = "body"
    PASSAGE = "passage"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a library holds. Written last: a folder without it is not a library."""

    format: int
    name: str
    built: str
    model: str
    cards: int
    statements: int
    phrasings: int
    passages: int
    entries: int
    originals: tuple[str, ...]
    corpus_digest: str
    export: str = ""  # folder under `models` with the model as ONNX; empty when it could not be exported


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A row of the matrix of card vectors: its id, what it stands for, and its card or next step."""

    id: str
    kind: EntryKind
    owner: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is written as JSON beside the vectors. `quotes` holds the exact official words of places cited.

    `sources` are the ones whose documents were fetched or added, with the addresses found in them.
    """

    cards: tuple[Card, ...]
    steps: dict[str, NextStep]
    passages: tuple[Passage, ...]
    quotes: dict[str, str]
    rows: tuple[EntryRow, ...]
    sources: tuple[Source, ...] = ()


CONTENTS: TypeAdapter[Contents] = TypeAdapter(Contents)
MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def stored_vectors(folder: Path, model: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Every vector of a model that a library's Chroma holds, with the digest of its text.

    Raises LibraryEmpty when Chroma cannot read its files.
    """
    try:
        client = open_chroma(folder / "chroma")
        try:
            for name in (CARDS_COLLECTION, PASSAGES_COLLECTION):
                yield from _pages(client.get_collection(name, embedding_function=None), model)
        finally:
            client.close()
    except chroma_errors() as exc:
        raise LibraryEmpty(f"The vectors in {folder} cannot be read ({type(exc).__name__}). {BUILD}") from exc


def _pages(collection: Any, model: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for start in range(0, collection.count(), _PAGE):
        rows = collection.get(limit=_PAGE, offset=start, include=["embeddings", "metadatas"])
        for vector, metadata in zip(rows["embeddings"], rows["metadatas"], strict=True):
            if metadata["model"] == model:
                yield metadata["digest"], np.array(vector, dtype=np.float32)


def current_folder(home: Path) -> Path:
    """The folder of the library in use. Raises LibraryEmpty when there is none or it is unfinished."""
    pointer = home / "current"
    if not pointer.is_file():
        raise LibraryEmpty(f"No library has been built in {home} yet. {BUILD}")
    folder = home / "builds" / pointer.read_text(encoding="utf-8", errors="replace").strip()
    if not (folder / "manifest.json").is_file():
        raise LibraryEmpty(f"The library in {folder} is incomplete. {BUILD}")
    return folder


# numpy raises EOFError for an empty file and BadZipFile for a damaged one; a library of another version holds other shapes.
_UNREADABLE = (OSError, EOFError, ValueError, TypeError, IndexError, KeyError, ValidationError, BadZipFile)


class Library:
    """A finished library, opened for reading."""

    def __init__(self, folder: Path, chroma_url: str = "") -> None:
        """`chroma_url` is a server to ask for passages instead of the folder. Raises LibraryEmpty when a file is missing or cannot be read."""
        self.folder = folder
        try:
            self.manifest = MANIFEST.validate_json((folder / "manifest.json").read_bytes())
            contents = CONTENTS.validate_json((folder / "contents.json").read_bytes())
            self.vectors: NDArray[np.float32] = np.load(folder / "cards.npy", mmap_mode=None)
            self.learned = Learned.load(folder / "learned.npz")
            self.hearing = Hearing.load(folder / "hearing.npz")
            self._check(contents)
            self.card_words = {
                tokens: LexicalIndex.load(folder / "words" / "cards", tokens, len(contents.cards)) for tokens in Tokens
            }
            self._passage_words = LexicalIndex.load(folder / "words" / "passages", Tokens.STEMS, len(contents.passages))
        except _UNREADABLE as exc:
            raise LibraryEmpty(f"The library in {folder} cannot be read ({type(exc).__name__}). {BUILD}") from exc
        self.cards, self.steps, self.passages = contents.cards, contents.steps, contents.passages
        self.quotes: Mapping[str, str] = contents.quotes
        self.rows = contents.rows
        self.sources: Mapping[str, Source] = {source.id: source for source in contents.sources}
        self._passage_rows = {passage.id: n for n, passage in enumerate(contents.passages)}
        self._nearest = NearestPassages(folder / "chroma", self.manifest.name, chroma_url)
        # Chroma keeps a store open until it is told: a server that takes up library after library would hold them all.
        weakref.finalize(self, self._nearest.close).atexit = False

    @property
    def export_folder(self) -> Path | None:
        """Where the exported embedding model is, shared between builds; None when the build could not export it."""
        return self.folder.parent.parent / MODELS / self.manifest.export if self.manifest.export else None

    def _check(self, contents: Contents) -> None:
        if self.manifest.format != FORMAT:
            raise ValueError(f"format {self.manifest.format}, this version reads {FORMAT}")
        if len(contents.rows) != len(self.vectors) or len(contents.cards) != self.manifest.cards:
            raise ValueError("counts differ from the manifest")

    def passage_similarities(self, query: Sequence[float] | NDArray[np.float32], count: int) -> dict[int, float]:
        """Row numbers of the nearest passages with their cosines, asked of Chroma.

        Empty when there are no passages, or when Chroma cannot be read: the word index still answers then.
        """
        if not self.passages:
            return {}
        nearest = self._nearest.nearest(query, min(count, len(self.passages)))
        return {self._passage_rows[key]: cosine for key, cosine in nearest.items()}

    def close(self) -> None:
        """Let go of Chroma; the next question opens it again."""
        self._nearest.close()

    def passage_words(self, text: str) -> Scores:
        """BM25 of each passage for a text, in the order of `passages`."""
        return self._passage_words.scores(text)


def open_library(home: Path, chroma_url: str = "") -> Library:
    """The library in use. Raises LibraryEmpty, saying what to run, when there is none."""
    return Library(current_folder(home), chroma_url)
