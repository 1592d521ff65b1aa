"""The only place that chooses real parts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.assistant import Assistant, Finds
from assistant.checks import Checks
from assistant.composing import Composer
from assistant.current import Current, following
from assistant.ear import FILE as EAR_FILE
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.errors import ModelUnavailable
from assistant.exported import ExportedEar, ExportedEmbedder
from assistant.hearing import Deaf, Listener
from assistant.letters import Letters
from assistant.library import Library, open_library
from assistant.lookout import Listens, Lookout
from assistant.models import open_chat_model
from assistant.narrowing import Narrowing, load_narrowing
from assistant.presenting import Presenter
from assistant.recalling import Recalling
from assistant.reference import Reference, load_reference
from assistant.retrieval import make_retriever
from assistant.routing import Router, load_routes
from assistant.settings import Settings
from assistant.writing import Writer

if TYPE_CHECKING:
    from assistant.conversations import Conversations
    from assistant.keys import StaffKeys
    from assistant.reading import ReadingRoom

log = logging.getLogger("care_act")


@dataclass(frozen=True, slots=True)
class House:
    """What a channel needs beside the road: the reading room, the conversations with their secret, the staff keys."""

    assistant: Assistant
    reference: Reference
    reading: ReadingRoom
    conversations: Conversations
    secret: bytes
    keys: StaffKeys


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the road, one a step. `dataclasses.replace` puts another in a place, as an evaluation does to watch one."""

    router: Router
    listener: Listens
    narrowing: Narrowing
    retriever: Finds
    composer: Composer
    presenter: Presenter
    reference: Reference
    letters: Letters
    checks: Checks
    writer: Writer | None = None

    def lookout(self) -> Lookout:
        """The first look at a message."""
        return Lookout(self.router, self.listener, self.narrowing)

    def assistant(self) -> Assistant:
        """The assistant made of them."""
        return Assistant(
            self.lookout(),
            self.retriever,
            self.composer,
            self.presenter,
            self.reference,
            self.letters,
            self.checks,
            self.writer,
        )


def build_parts(settings: Settings, embedder: Embedder | None = None) -> Parts:
    """The parts that settings choose, over the library in use.

    Raises LibraryEmpty, ModelUnavailable or BadCorpus, each saying what to do.
    """
    return _parts(settings, open_library(settings.library_dir, settings.chroma_url), embedder)


def _parts(settings: Settings, library: Library, embedder: Embedder | None) -> Parts:
    reference = load_reference(settings.corpus_dir).with_sources(library.sources)
    chosen = embedder or choose_embedder(settings, library)
    model = Recalling(chosen)
    presenter = Presenter(reference, library.quotes, library.manifest.name)
    chat = open_chat_model(settings)
    return Parts(
        router=load_routes(settings.corpus_dir),
        listener=Listener(library.hearing, model, _ear(library, chosen, model)) if settings.second_ear else Deaf(),
        narrowing=load_narrowing(settings.corpus_dir),
        retriever=make_retriever(library, model, settings),
        composer=Composer(
            library.steps, own={name: source.title for name, source in library.sources.items() if source.own}
        ),
        presenter=presenter,
        reference=reference,
        letters=Letters(settings.corpus_dir, reference, library.quotes),
        checks=Checks(settings.corpus_dir, presenter, reference),
        writer=Writer(chat, reference) if chat else None,
    )


def build_assistant(settings: Settings, embedder: Embedder | None = None) -> Assistant:
    """An assistant over the library in use. Raises what `build_parts` raises."""
    return build_parts(settings, embedder).assistant()


def build_house(settings: Settings, embedder: Embedder | None = None) -> House:
    """The house that settings choose; it takes up a new library without a restart.

    Raises what `build_parts` raises, BadSetting and ConversationsUnavailable.
    """
    # Here, so that one answer in the terminal does not wait for the database's library.
    from assistant.conversations import Conversations
    from assistant.keys import StaffKeys
    from assistant.sealing import conversation_secret

    rooms = Current(settings.library_dir, lambda: _rooms(settings, embedder))
    return House(
        assistant=following(lambda: rooms.get().assistant),
        reference=following(lambda: rooms.get().reference),
        reading=following(lambda: rooms.get().reading),
        conversations=Conversations(settings.conversations_url, settings.conversation_minutes),
        secret=conversation_secret(settings.home),
        keys=StaffKeys(settings.conversations_url),
    )


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What is made from one library."""

    assistant: Assistant
    reference: Reference
    reading: ReadingRoom


def _rooms(settings: Settings, embedder: Embedder | None) -> _Rooms:
    from assistant.reading import ReadingRoom

    library = open_library(settings.library_dir, settings.chroma_url)
    parts = _parts(settings, library, embedder)
    return _Rooms(parts.assistant(), parts.reference, ReadingRoom(library, parts.reference, parts.retriever))


def _ear(library: Library, model: Embedder, recalling: Recalling) -> ExportedEar | None:
    """The tuned half of the second ear; None when the library has none, or the model in use does not fit it."""
    file = library.folder / EAR_FILE
    if not (file.is_file() and isinstance(model, ExportedEmbedder)):
        return None
    try:
        return ExportedEar(model, file, recalling.remember)
    except ModelUnavailable as exc:
        log.warning("%s Until then the second ear hears by its lines alone.", exc)
        return None


def choose_embedder(settings: Settings, library: Library) -> Embedder:
    """The library's exported model; the original through sentence-transformers when there is none that can be used."""
    original = SentenceTransformerEmbedder(settings.model, settings.threads)
    if library.export_folder is None or original.name != library.manifest.model:
        return original
    try:
        return ExportedEmbedder(library.export_folder, settings.threads)
    except ModelUnavailable as exc:
        log.warning("%s Until then sentence-transformers is used.", exc)
        return original
