"""The only place that chooses real parts."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.composing import Composer
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.library import open_library
from assistant.presenting import Presenter
from assistant.reference import load_reference
from assistant.retrieval import make_retriever
from assistant.routing import load_routes
from assistant.settings import Settings


def build_assistant(settings: Settings, embedder: Embedder | None = None) -> Assistant:
    """An assistant over the library in use.

    Raises LibraryEmpty, ModelUnavailable or BadCorpus, each saying what to do.
    """
    reference = load_reference(settings.corpus_dir)
    library = open_library(settings.library_dir)
    model = embedder or SentenceTransformerEmbedder(settings.model, settings.threads)
    return Assistant(
        router=load_routes(settings.corpus_dir),
        retriever=make_retriever(library, model, settings),
        composer=Composer(library.steps),
        presenter=Presenter(reference, library.quotes),
        reference=reference,
    )
