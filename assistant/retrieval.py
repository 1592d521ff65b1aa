"""Finds the cards and official passages for a question."""

from __future__ import annotations

import numpy as np

from assistant.card_index import CardIndex, Weights, z_scores
from assistant.domain import Evidence, Question, ScoredCard, ScoredPassage
from assistant.embedding import Embedder, Vectors
from assistant.errors import ModelUnavailable
from assistant.library import Library
from assistant.settings import Settings

CARDS, PASSAGES = 12, 8


class Retriever:
    """Evidence for a question, best first. Holds the library and the model; changes neither."""

    def __init__(self, library: Library, embedder: Embedder, weights: Weights | None = None) -> None:
        """Raises ModelUnavailable when the library was built with another model than `embedder`."""
        if embedder.name != library.manifest.model:
            raise ModelUnavailable(
                f"The library was built with {library.manifest.model}, the setting says {embedder.name}. "
                "Build again (`care-act ingest build`), or change CARE_ACT_MODEL."
            )
        self._library, self._embedder = library, embedder
        self.cards = CardIndex(
            library.cards, library.rows, library.vectors, library.card_words, library.learned, weights or Weights()
        )

    def retrieve(self, question: Question) -> Evidence:
        """Cards scored over the whole message and over its parts, and the nearest official passages."""
        queries = self._embedder.embed([question.text, *question.parts])
        return Evidence(self._cards(question, queries), self.passages(question.text, queries[0]))

    def _cards(self, question: Question, queries: Vectors) -> tuple[ScoredCard, ...]:
        similarities = self.cards.similarities(queries)
        fused = self.cards.scores(question.text, queries, similarities)
        nearest_part = similarities.max(axis=1)
        found = []
        for n in map(int, np.argsort(-fused, kind="stable")[:CARDS]):
            card = self._library.cards[n]
            phrasing, similarity = self.cards.nearest(n, nearest_part)
            relevance = self.cards.relevance(card, nearest_part)
            found.append(ScoredCard(card, float(fused[n]), similarity, phrasing, relevance))
        return tuple(found)

    def passages(self, text: str, query: Vectors, count: int = PASSAGES) -> tuple[ScoredPassage, ...]:
        """The official passages that come nearest to a question by their words and by its vector, best first."""
        library = self._library
        if not library.passages:
            return ()
        words = library.passage_words(text)
        cosines = library.passage_similarities(query, 4 * count)
        candidates = sorted({*cosines, *map(int, np.argsort(-words)[: 4 * count])})
        lowest = min(cosines.values(), default=0.0)
        dense = np.array([cosines.get(n, lowest) for n in candidates], dtype=np.float32)
        fused = z_scores(words[candidates]) + z_scores(dense)
        order = np.argsort(-fused, kind="stable")[:count]
        return tuple(ScoredPassage(library.passages[candidates[n]], float(fused[n]), float(dense[n])) for n in order)


def make_retriever(library: Library, embedder: Embedder, settings: Settings) -> Retriever:
    """The retriever an operator has chosen by settings."""
    return Retriever(library, embedder, Weights.parse(settings.weights))
