"""Peers that search official passages: BM25, the nearest vectors, and the pipeline of LangChain's own tutorial."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from assistant.domain import Passage
from assistant.embedding import Embedder
from assistant.library import Library
from assistant.places import base_ref
from evals.finding import FIVE, Ranking, Section

_CHUNK, _OVERLAP = 1000, 200  # characters, as the tutorial has them
_FOUND = 40


class Peer(Protocol):
    """A system that finds law for a question."""

    name: str

    def find(self, question: str) -> Ranking:
        """What it finds, best first."""
        ...


class WordPassages:
    """BM25 over the stems of official passages."""

    name = "BM25 over passages"

    def __init__(self, library: Library) -> None:
        self._library = library

    def find(self, question: str) -> Ranking:
        """The passages that share most words with the question."""
        best = np.argsort(-self._library.passage_words(question), kind="stable")[:_FOUND]
        return _ranking(self._library.passages[int(n)] for n in best)


class NearPassages:
    """The passages whose vectors are nearest."""

    name = "MiniLM over passages"

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library, self._embedder = library, embedder

    def find(self, question: str) -> Ranking:
        """The passages nearest to the question."""
        cosines = self._library.passage_similarities(self._embedder.embed([question])[0], _FOUND)
        return _ranking(self._library.passages[n] for n in sorted(cosines, key=lambda n: (-cosines[n], n)))


class Tutorial:
    """LangChain's retrieval tutorial as it stands: a character splitter, Chroma, similarity search, k of 4 widened to ten sections."""

    name = "LangChain and Chroma tutorial"

    def __init__(self, passages: Sequence[Passage], embedder: Embedder) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP, add_start_index=True)
        texts = [_Text.of(list(some)) for _, some in groupby(passages, key=lambda passage: passage.place.source)]
        chunks = [chunk for text in texts for chunk in text.chunks(splitter)]
        self._store = Chroma(
            collection_name=f"tutorial-{uuid.uuid4().hex}",
            embedding_function=_AsLangChain(embedder),
            collection_metadata={"hnsw:space": "cosine"},
        )
        self._store.add_documents(chunks)

    def find(self, question: str) -> Ranking:
        """The nearest chunks; a chunk that runs over several sections counts for each."""
        found = self._store.similarity_search(question, k=_FOUND)
        items = [tuple(_sections(chunk.metadata["sections"])) for chunk in found]
        return Ranking(
            items=tuple(map(frozenset, items)),
            sections=tuple(dict.fromkeys(section for item in items for section in item)),
            handed=" ".join(chunk.page_content for chunk in found[:FIVE]),
        )


@dataclass(frozen=True, slots=True)
class _Text:
    """One source as one text, and where in it each section's passage ends."""

    text: str
    ends: tuple[tuple[int, Section], ...]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> _Text:
        text, ends = "", list[tuple[int, Section]]()
        for passage in passages:
            text += f"{passage.heading}\n\n{passage.text}\n\n"
            ends.append((len(text), _section(passage)))
        return cls(text, tuple(ends))

    def chunks(self, splitter: RecursiveCharacterTextSplitter) -> Iterator[Document]:
        for chunk in splitter.create_documents([self.text]):
            first = chunk.metadata["start_index"]
            last = first + len(chunk.page_content)
            starts = [0, *(end for end, _ in self.ends)]
            inside = [s for start, (end, s) in zip(starts, self.ends, strict=False) if start < last and end > first]
            chunk.metadata["sections"] = "|".join(f"{source} {ref}" for source, ref in dict.fromkeys(inside))
            yield chunk


class _AsLangChain(Embeddings):
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, row)) for row in self._embedder.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return list(map(float, self._embedder.embed([text])[0]))


def passage_peers(library: Library, embedder: Embedder) -> tuple[Peer, ...]:
    """The peers over a library's official passages; none when it was built without official texts."""
    if not library.passages:
        return ()
    return (WordPassages(library), NearPassages(library, embedder), Tutorial(library.passages, embedder))


def _ranking(passages: Iterable[Passage]) -> Ranking:
    found = list(passages)
    sections = [_section(passage) for passage in found]
    return Ranking(
        items=tuple(frozenset({section}) for section in sections),
        sections=tuple(dict.fromkeys(sections)),
        handed=" ".join(passage.text for passage in found[:FIVE]),
    )


def _section(passage: Passage) -> Section:
    return passage.place.source, base_ref(passage.place.ref)


def _sections(named: str) -> Iterator[Any]:
    for name in named.split("|"):
        source, _, ref = name.partition(" ")
        yield source, ref
