"""Finds the cards and official passages for a question: words and vectors, fused by the sum of their z-scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Card, Evidence, Phrasing, Question, ScoredCard, ScoredPassage
from assistant.embedding import Embedder, Vectors
from assistant.errors import ModelUnavailable
from assistant.lexical import Tokens
from assistant.library import EntryKind, Library
from assistant.settings import Settings

Scores = NDArray[np.float32]
CARDS, PASSAGES = 12, 8


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts in the sum of z-scores; 0 switches one off."""

    stems: float = 0.5
    characters: float = 0.5
    dense: float = 0.6
    body: float = 0.6

    @classmethod
    def parse(cls, text: str) -> Weights:
        """From `stems=1,dense=0`; signals not named keep their weight. Raises ValueError for an unknown one."""
        pairs = dict(pair.split("=", 1) for pair in text.split(",") if pair.strip())
        return cls(**{name.strip(): float(value) for name, value in pairs.items()})


@dataclass(frozen=True, slots=True)
class _Rows:
    """Row numbers of the card vectors by what they stand for, grouped for fast maxima."""

    findable: NDArray[np.intp]  # titles and phrasings
    starts: NDArray[np.intp]  # where each card begins among `findable`
    body: NDArray[np.intp]  # one a card
    statements: dict[str, dict[str, int]]  # card id → statement id → row


class Retriever:
    """Evidence for a question, best first. Holds the library and the model; does not change either."""

    def __init__(self, library: Library, embedder: Embedder, weights: Weights | None = None) -> None:
        self.library, self.weights = library, weights or Weights()
        self._embedder = embedder
        self._rows = _group(library)
        if embedder.name != library.manifest.model:
            raise ModelUnavailable(
                f"The library was built with {library.manifest.model}, the setting says {embedder.name}. Build again, or change CARE_ACT_MODEL."
            )

    def retrieve(self, question: Question) -> Evidence:
        """Cards scored over the whole message and over its parts, and the nearest official passages."""
        texts = [question.text, *question.parts]
        queries = self._embedder.embed(texts)
        return Evidence(
            cards=tuple(self._cards(question, queries)),
            passages=tuple(self._passages(question.text, queries[0])),
        )

    def card_scores(self, texts: Sequence[str], queries: Vectors) -> tuple[Scores, Scores]:
        """The fused score of every card, and the cosine of every title and phrasing (rows) with each query."""
        similarities = self.library.vectors @ queries.T
        whole = (
            similarities.mean(axis=1)
            if len(texts) == 1
            else (similarities[:, 0] + similarities[:, 1:].mean(axis=1)) / 2
        )
        weights = self.weights
        fused = np.zeros(len(self.library.cards), dtype=np.float32)
        for weight, tokens in ((weights.stems, Tokens.STEMS), (weights.characters, Tokens.CHARACTERS)):
            if weight:
                fused += weight * _z(self.library.card_words[tokens].scores(texts[0]))
        if weights.dense:
            fused += weights.dense * _z(self._two_best(whole))
        if weights.body:
            fused += weights.body * _z(whole[self._rows.body])
        return fused, similarities

    def _two_best(self, similarity: Scores) -> Scores:
        """Per card, the mean of its two nearest titles and phrasings."""
        means = []
        for rows in np.split(similarity[self._rows.findable], self._rows.starts[1:]):
            best = np.partition(rows, -2)[-2:] if len(rows) > 1 else rows
            means.append(best.mean())
        return np.asarray(means, dtype=np.float32)

    def _cards(self, question: Question, queries: Vectors) -> list[ScoredCard]:
        texts = [question.text, *question.parts]
        fused, similarities = self.card_scores(texts, queries)
        nearest_of_all = similarities.max(axis=1)
        found = []
        for n in np.argsort(-fused, kind="stable")[:CARDS]:
            card = self.library.cards[int(n)]
            rows = self._findable_rows(int(n))
            best = rows[int(np.argmax(nearest_of_all[rows]))]
            relevance = {key: float(nearest_of_all[row]) for key, row in self._rows.statements.get(card.id, {}).items()}
            found.append(
                ScoredCard(
                    card, float(fused[n]), float(nearest_of_all[best]), self._phrasing(card, int(best)), relevance
                )
            )
        return found

    def _findable_rows(self, card: int) -> NDArray[np.intp]:
        starts = self._rows.starts
        end = starts[card + 1] if card + 1 < len(starts) else len(self._rows.findable)
        return self._rows.findable[starts[card] : end]

    def _phrasing(self, card: Card, row: int) -> Phrasing:
        entry = self.library.rows[row]
        if entry.kind is EntryKind.ASKED:
            return card.asked[int(entry.id.rpartition(".")[2]) - 1]
        return Phrasing(card.title, card.verdict)

    def _passages(self, text: str, query: Vectors) -> list[ScoredPassage]:
        library = self.library
        if not library.passages:
            return []
        words = library.passage_words(text)
        cosines = library.passage_similarities(query, 4 * PASSAGES)
        candidates = sorted({*cosines, *map(int, np.argsort(-words)[: 4 * PASSAGES])})
        dense = np.array([cosines.get(n, min(cosines.values(), default=0.0)) for n in candidates], dtype=np.float32)
        fused = _z(words[candidates]) + _z(dense)
        order = np.argsort(-fused, kind="stable")[:PASSAGES]
        return [ScoredPassage(library.passages[candidates[n]], float(fused[n]), float(dense[n])) for n in order]


def make_retriever(library: Library, embedder: Embedder, settings: Settings) -> Retriever:
    """The retriever an operator has chosen by settings."""
    return Retriever(library, embedder, Weights.parse(settings.weights))


def _group(library: Library) -> _Rows:
    findable, starts, body, statements = list[int](), list[int](), list[int](), dict[str, dict[str, int]]()
    owner = ""
    for n, row in enumerate(library.rows):
        if row.kind in {EntryKind.TITLE, EntryKind.ASKED}:
            if row.owner != owner:
                starts.append(len(findable))
                owner = row.owner
            findable.append(n)
        elif row.kind is EntryKind.BODY:
            body.append(n)
        else:
            statements.setdefault(row.owner, {})[row.id] = n
    return _Rows(
        np.array(findable, dtype=np.intp), np.array(starts, dtype=np.intp), np.array(body, dtype=np.intp), statements
    )


def _z(scores: Scores) -> Scores:
    """Standard scores over all candidates; zeros when they do not differ."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
