"""The parts of a library that take long to make, carried over from the one in use when what they are made of is the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from assistant import hearing, lexical
from assistant.embedding import Vectors
from assistant.errors import LibraryEmpty
from assistant.library import current_folder
from ingest import hearing as teaching
from ingest import learning
from ingest.entries import Entry
from ingest.hearing import Message


class Piece(StrEnum):
    """A file or folder of a library."""

    CHROMA = "chroma"
    WORDS = "words"
    LEARNED = "learned.npz"
    HEARING = "hearing.npz"


MESSAGES_FILE = "messages.npz"  # labelled messages: digest of each text, and its vector
MADE_FILE = "made.json"  # piece → digest of what it was made of, digest of what came of it
Digests = dict[Piece, str]


def digests_of(
    on_cards: Sequence[Entry],
    on_passages: Sequence[Entry],
    documents: Iterable[str],
    messages: Iterable[Message],
    model: str,
    ear: str = "",
) -> Digests:
    """What each piece is made of: texts, model, the checksum of the tuned ear, and the code that makes it."""
    cards = [f"{e.id}\n{e.kind}\n{e.owner}\n{e.digest(model)}" for e in on_cards]
    passages = [f"{e.id}\n{e.digest(model)}" for e in on_passages]
    taught = [f"{message.status} {message.text}" for message in messages]
    return {
        Piece.CHROMA: _digest([version("chromadb"), model, *cards, "passages", *passages]),
        Piece.WORDS: _digest([version("bm25s"), _source(lexical.__file__), *documents]),
        Piece.LEARNED: _digest([_source(learning.__file__), model, *cards]),
        Piece.HEARING: _digest([_source(hearing.__file__), _source(teaching.__file__), model, ear, *taught, *cards]),
    }


@dataclass(frozen=True)
class Earlier:
    """The library in use before this build, or none."""

    home: Path

    @cached_property
    def folder(self) -> Path | None:
        """Its folder; None when there is none, or it is unfinished."""
        try:
            return current_folder(self.home)
        except LibraryEmpty:
            return None

    @property
    def store(self) -> Path | None:
        """Its Chroma, whatever it holds; None when there is none."""
        store = self.folder / Piece.CHROMA if self.folder else None
        return store if store and store.is_dir() else None

    def vectors_of_cards(self, count: int) -> Vectors | None:
        """The rows of its matrix of card vectors, when it can be read and holds that many."""
        try:
            vectors: Vectors = np.load(self.folder / "cards.npy") if self.folder else np.empty((0, 0), np.float32)
        except (OSError, EOFError, ValueError):
            return None
        return vectors if len(vectors) == count else None

    def vectors_of_messages(self) -> dict[str, Vectors]:
        """The vectors of the labelled messages it learned from, by the digest of their text."""
        try:
            with np.load(self.folder / MESSAGES_FILE if self.folder else Path()) as held:
                return dict(zip(held["digests"].tolist(), held["vectors"], strict=True))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):  # none, of an older version, or damaged
            return {}

    def carry_messages(self, target: Path) -> bool:
        """Copy those vectors into a new library; False when there are none to copy."""
        path = self.folder / MESSAGES_FILE if self.folder else None
        if path is None or not path.is_file():
            return False
        shutil.copy2(path, target / MESSAGES_FILE)
        return True

    def piece(self, piece: Piece, digests: Digests) -> Path | None:
        """A piece made of the very same, or None."""
        path = self.folder / piece.value if self.folder else None
        if path is None or not path.exists() or self._made.get(piece) != [digests[piece], _content(piece, path)]:
            return None
        return path

    def carry(self, piece: Piece, digests: Digests, target: Path) -> bool:
        """Copy a piece made of the very same into a new library; False when it has to be made."""
        path = self.piece(piece, digests)
        if path is None:
            return False
        if path.is_dir():
            shutil.copytree(path, target / piece.value)
        else:
            shutil.copy2(path, target / piece.value)
        return True

    @cached_property
    def _made(self) -> dict[str, list[str]]:
        try:
            held = json.loads((self.folder / MADE_FILE).read_bytes()) if self.folder else {}
        except (OSError, ValueError):  # of an older version, or damaged: everything is made anew
            return {}
        return held if isinstance(held, dict) else {}


def keep_digests(digests: Digests, folder: Path) -> None:
    """Write beside the pieces what they were made of and what came of it."""
    made = {piece: [digest, _content(piece, folder / piece.value)] for piece, digest in digests.items()}
    (folder / MADE_FILE).write_text(json.dumps(made, indent=1), encoding="utf-8")


def _content(piece: Piece, path: Path) -> str:
    """A digest of the bytes written. Chroma's files change when they are only opened, so its store is tried instead."""
    if piece is Piece.CHROMA:
        return ""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return _digest([f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files])


def _source(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
