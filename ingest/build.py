"""Builds a library aside and swaps it in at once. Unchanged texts keep their vectors."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.chroma import CARDS_COLLECTION, PASSAGES_COLLECTION, disk_errors
from assistant.embedding import Embedder
from assistant.errors import CareActError
from assistant.exported import ExportedEar
from assistant.lexical import LexicalIndex, Tokens
from assistant.library import (
    CONTENTS,
    FORMAT,
    MANIFEST,
    MODELS,
    Contents,
    EntryRow,
    Library,
    Manifest,
)
from ingest.builds import Builds
from ingest.embedded import Progress, embedded, held_vectors
from ingest.entries import Entry, card_document, card_entries, message_entries, passage_entries
from ingest.exporting import exported, forget_unused, take_ear
from ingest.hearing import learn_hearing, ordinary_phrasings
from ingest.holdings import Holdings
from ingest.learning import learn
from ingest.pieces import MESSAGES_FILE, Digests, Earlier, Piece, digests_of, keep_digests
from ingest.sharing import share_passages
from ingest.shelf import Shelf, read_shelf
from ingest.shelving import carry_chroma, fill_chroma
from ingest.soundness import keep_sums


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `encode_seconds` is the time inside the model alone."""

    manifest: Manifest
    embedded: int
    kept: int
    seconds: float
    encode_seconds: float
    refused: tuple[str, ...] = ()


def build_library(
    corpus: Path,
    home: Path,
    embedder: Embedder,
    originals: Path | None = None,
    progress: Progress | None = None,
    holdings: Holdings | None = None,
    chroma_url: str = "",
) -> BuildReport:
    """Build a library from the corpus, what was fetched or added, and a folder of official texts, and make it the one in use.

    The library in use stays untouched until the last step. With `chroma_url` its passages go to that server too.
    Raises BadCorpus or BadSource when something cannot be read, CareActError when another build is running.
    """
    started = time.perf_counter()
    with alone(home):
        shelf, digest = read_shelf(corpus, originals, holdings), _corpus_digest(corpus)
        with _told_of_the_disk(home):
            return _write(shelf, home, embedder, progress, started, digest, chroma_url)


def build_shelf(shelf: Shelf, home: Path, embedder: Embedder, progress: Progress | None = None) -> BuildReport:
    """Build a library from what was read elsewhere, and make it the one in use. Raises what `build_library` raises."""
    with alone(home), _told_of_the_disk(home):
        return _write(shelf, home, embedder, progress, time.perf_counter(), hashlib.sha256(b"").hexdigest())


def roll_back(home: Path) -> str:
    """Put the library before this one in use again; its name. Raises CareActError when there is none that opens."""
    with alone(home), _told_of_the_disk(home):
        return Builds(home).back()


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Holds the lock of the one writer a library may have. Raises CareActError when another has it, or the disk refuses."""
    lock = FileLock(home / "writer.lock", timeout=0)
    with _told_of_the_disk(home):
        home.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise CareActError(
                f"Another build is writing to {home}. Wait until it has ended, then run this again."
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _told_of_the_disk(home: Path) -> Iterator[None]:
    try:
        yield
    except disk_errors() as exc:
        raise CareActError(
            f"{home} cannot be written to ({exc}). Free some space or mend its permissions, and run this again. "
            "The library in use is as it was."
        ) from exc


def _write(
    shelf: Shelf,
    home: Path,
    embedder: Embedder,
    progress: Progress | None,
    started: float,
    corpus_digest: str,
    chroma_url: str = "",
) -> BuildReport:
    on_cards = list(card_entries(shelf.cards, list(shelf.steps.values())))
    on_passages = list(passage_entries(shelf.passages))
    entries = [*on_cards, *on_passages]
    documents = [card_document(card) for card in shelf.cards]
    embedder, export = exported(embedder, [entry.text for entry in entries], home / MODELS)
    earlier, digests = (
        Earlier(home),
        digests_of(
            on_cards, on_passages, documents, shelf.messages, embedder.name, shelf.ear.sha256 if shelf.ear else ""
        ),
    )
    for left_over in (home / "builds").glob(".*.partial"):  # of a build that was killed: we hold the lock, it is dead
        shutil.rmtree(left_over, ignore_errors=True)
    aside = home / "builds" / f".{os.getpid()}.partial"
    aside.mkdir(parents=True)
    try:
        rows = tuple(EntryRow(entry.id, entry.kind, entry.owner) for entry in on_cards)
        kept, encode_seconds = len(entries), 0.0
        if not _carry_vectors(earlier, digests, aside, on_cards, on_passages):
            done = embedded(entries, held_vectors(home, embedder.name), embedder, progress)
            kept, encode_seconds = done.kept, done.seconds
            fill_chroma(aside / Piece.CHROMA, on_cards, on_passages, done.vectors, embedder.name, earlier.store)
            np.save(aside / "cards.npy", done.vectors[: len(on_cards)])
        if not earlier.carry(Piece.WORDS, digests, aside):
            _index_words(aside / Piece.WORDS, documents, shelf)
        if not earlier.carry(Piece.LEARNED, digests, aside):
            learn(rows, np.load(aside / "cards.npy"), [card.id for card in shelf.cards]).save(aside / Piece.LEARNED)
        ear = take_ear(shelf.ear, embedder, aside)
        if not (earlier.carry(Piece.HEARING, digests, aside) and earlier.carry_messages(aside)):
            _hear(shelf, on_cards, earlier, embedder, ear, aside)
        keep_digests(digests, aside)
        contents = Contents(shelf.cards, shelf.steps, shelf.passages, shelf.quotes, rows, shelf.sources)
        (aside / "contents.json").write_bytes(CONTENTS.dump_json(contents))
        manifest = _manifest(shelf, embedder.name, export, len(entries), corpus_digest)
        (aside / "manifest.json").write_bytes(MANIFEST.dump_json(manifest, indent=1))
        keep_sums(aside)
        Library(aside)  # raises when what was written cannot be read back
        if chroma_url:
            share_passages(aside, manifest.name, chroma_url, [earlier.folder.name] if earlier.folder else [])
        aside.rename(home / "builds" / manifest.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _swap(home, manifest.name)
    return BuildReport(
        manifest, len(entries) - kept, kept, time.perf_counter() - started, encode_seconds, shelf.refused
    )


def _carry_vectors(
    earlier: Earlier, digests: Digests, aside: Path, on_cards: Sequence[Entry], on_passages: Sequence[Entry]
) -> bool:
    """Take over every vector of a library over the very same texts; False when there is none that is whole."""
    vectors, store = earlier.vectors_of_cards(len(on_cards)), earlier.piece(Piece.CHROMA, digests)
    counts = {CARDS_COLLECTION: len(on_cards), PASSAGES_COLLECTION: len(on_passages)}
    if vectors is None or store is None or not carry_chroma(aside / Piece.CHROMA, store, counts):
        return False
    np.save(aside / "cards.npy", vectors)
    return True


def _hear(
    shelf: Shelf,
    on_cards: Sequence[Entry],
    earlier: Earlier,
    embedder: Embedder,
    ear: ExportedEar | None,
    aside: Path,
) -> None:
    """Train the second ear. Labelled messages keep their vectors in a file of their own: they are never searched."""
    entries = list(message_entries([message.text for message in shelf.messages]))
    digests = [entry.digest(embedder.name) for entry in entries]
    cards = np.load(aside / "cards.npy")
    messages = embedded(entries, earlier.vectors_of_messages(), embedder).vectors if entries else cards[:0]
    np.savez(aside / MESSAGES_FILE, digests=np.array(digests, dtype=str), vectors=messages)
    row_of = {entry.id: n for n, entry in enumerate(on_cards)}
    ordinary = list(ordinary_phrasings(shelf.cards))
    theirs = cards[[row_of[key] for key, _ in ordinary]]
    asked = [text for _, text in ordinary]
    learn_hearing(shelf.messages, messages, asked, theirs, ear).save(aside / Piece.HEARING)


def _index_words(folder: Path, documents: Sequence[str], shelf: Shelf) -> None:
    for tokens in Tokens:
        LexicalIndex.build(documents, tokens).save(folder / "cards")
    passages = [f"{passage.heading} {passage.text}" for passage in shelf.passages]
    LexicalIndex.build(passages, Tokens.STEMS).save(folder / "passages")


def _manifest(shelf: Shelf, model: str, export: str, entries: int, corpus_digest: str) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        format=FORMAT,
        name=f"{now:%Y%m%dT%H%M%S%f}-{corpus_digest[:8]}",
        built=now.isoformat(timespec="seconds"),
        model=model,
        cards=len(shelf.cards),
        statements=sum(len(card.statements) + len(card.easy) + len(card.staff) for card in shelf.cards),
        phrasings=sum(len(card.asked) for card in shelf.cards),
        passages=len(shelf.passages),
        entries=entries,
        originals=shelf.originals,
        corpus_digest=corpus_digest,
        export=export,
    )


def _corpus_digest(corpus: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in corpus.rglob("*") if p.is_file() and p.suffix in {".md", ".toml", ".jsonl"}):
        digest.update(path.relative_to(corpus).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _swap(home: Path, name: str) -> None:
    """Make a finished build the one in use, in one step, and keep the one before it."""
    builds = Builds(home)
    forget_unused(home / MODELS, [_export_of(builds.folder / kept) for kept in builds.use(name)])


def _export_of(build: Path) -> str:
    try:
        return MANIFEST.validate_json((build / "manifest.json").read_bytes()).export
    except (OSError, ValidationError):  # damaged: it names nothing
        return ""
