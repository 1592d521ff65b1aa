"""What is installed, which model, how many passages, what is missing and what to do (`care-act doctor`)."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from assistant.chroma import shared_passages
from assistant.conversations import Conversations
from assistant.embedding import DEFAULT_NAME, check_model_file, packaged_model
from assistant.errors import CareActError, LibraryEmpty, ModelUnavailable
from assistant.exported import read_export
from assistant.library import open_library
from assistant.models import open_chat_model
from assistant.reference import load_reference
from assistant.routing import load_routes
from assistant.settings import Settings

_PACKAGES = ("chromadb", "onnxruntime", "tokenizers", "bm25s", "langchain-core", "fastapi", "pydantic")
_FOR_BUILDING = ("sentence-transformers", "torch")  # a library with an exported model answers without them


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: is it well, and what it is or what to do."""

    name: str
    well: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything an answer needs."""
    yield Finding("python", True, platform.python_version())
    for package in _PACKAGES:
        yield _looked_at(package, partial(importlib.metadata.version, package))
    for package in _FOR_BUILDING:
        yield Finding(package, True, _version(package) or "not installed; only building a library needs it")
    yield _looked_at("model", lambda: _model(settings))
    yield _looked_at("corpus", lambda: _corpus(settings))
    yield _looked_at("library", lambda: _library(settings))
    yield _looked_at("conversations", lambda: _conversations(settings))
    if settings.chroma_url:
        yield _looked_at("chroma", lambda: _chroma(settings))
    if settings.chat_model:
        yield _looked_at("chat model", lambda: _chat(settings))


def _looked_at(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except CareActError as exc:
        return Finding(name, False, str(exc))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, f"{name} is not installed. Run `make install`.")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _model(settings: Settings) -> str:
    with suppress(LibraryEmpty):  # said where the library is looked at
        library = open_library(settings.library_dir)
        if library.export_folder is not None and library.manifest.model == (settings.model or DEFAULT_NAME):
            export = read_export(library.export_folder)
            return f"{export.model}, exported, least cosine {export.cosine} to the original over {export.texts} texts ({library.export_folder})"
    if settings.model:
        return f"{settings.model} (chosen by CARE_ACT_MODEL, loaded when first used)"
    folder = packaged_model()
    check_model_file(folder)
    return f"all-MiniLM-L6-v2, packaged, checksum as expected ({folder})"


def _corpus(settings: Settings) -> str:
    reference = load_reference(settings.corpus_dir)
    routes = load_routes(settings.corpus_dir).routes
    return f"{settings.corpus_dir}: {len(reference.sources)} sources, {len(reference.terms)} words, {len(reference.contacts)} contacts, {len(routes)} routes"


def _library(settings: Settings) -> str:
    manifest = open_library(settings.library_dir).manifest
    if manifest.model != (settings.model or DEFAULT_NAME):
        raise ModelUnavailable(
            f"The library was built with {manifest.model}, the setting says {settings.model or DEFAULT_NAME}. "
            "Build again (`care-act ingest build`), or change CARE_ACT_MODEL."
        )
    originals = ", ".join(manifest.originals) or "none (build with --originals to quote the law)"
    return (
        f"{manifest.cards} cards, {manifest.statements} statements, {manifest.phrasings} phrasings, {manifest.passages} official passages; "
        f"built {manifest.built} with {manifest.model}; official texts: {originals}"
    )


def _conversations(settings: Settings) -> str:
    if not (settings.database_url or (settings.home / "conversations.db").is_file()):
        return f"none kept yet; they will be in a file in {settings.home}"
    conversations = Conversations(settings.conversations_url, settings.conversation_minutes)
    try:
        conversations.said("")
    finally:
        conversations.close()
    kind = settings.conversations_url.partition(":")[0]
    return f"{kind} can be read; each is kept for {settings.conversation_minutes:g} minutes"


def _chroma(settings: Settings) -> str:
    manifest = open_library(settings.library_dir).manifest
    held = shared_passages(settings.chroma_url, manifest.name)
    if held != manifest.passages:
        raise CareActError(
            f"The Chroma server holds {held} passages of the library in use, which has {manifest.passages}. "
            "Build again (`care-act ingest build`)."
        )
    return f"the server holds the {held} passages of the library in use"


def _chat(settings: Settings) -> str:
    """Asks it one word: whether its key and address are right shows only then."""
    model = open_chat_model(settings)
    assert model is not None
    started = time.perf_counter()
    "".join(model.stream("Reply with the single word: yes", "Are you there?"))
    return f"{settings.chat_model} answered in {time.perf_counter() - started:.1f} s (a whole answer has {settings.chat_seconds:g})"
