"""Scores every card for a question: word and character BM25, and vectors, fused by the sum of their z-scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Card, Phrasing
from assistant.embedding import Vectors
from assistant.errors import BadSetting
from assistant.learned import Learned
from assistant.lexical import LexicalIndex, Tokens
from assistant.library import EntryKind, EntryRow

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts in the sum of z-scores; 0 switches one off (the measured table is in the README)."""

    stems: float = 0.3
    characters: float = 0.3
    dense: float = 0.15
    body: float = 0.5
    learned: float = 1.5
    statements: float = 0.15

    @classmethod
    def parse(cls, text: str) -> Weights:
        """From `stems=1,dense=0`; signals not named keep their weight. Raises BadSetting for an unknown one."""
        try:
            pairs = dict(pair.split("=", 1) for pair in text.split(",") if pair.strip())
            return cls(**{name.strip(): float(value) for name, value in pairs.items()})
        except (TypeError, ValueError) as exc:
            known = ", ".join(cls.__dataclass_fields__)
            raise BadSetting(
                f"CARE_ACT_WEIGHTS cannot be used ({exc}). Write name=number pairs with commas; names: {known}."
            ) from exc


@dataclass(frozen=True, slots=True)
class _Groups:
    """Row numbers by what they stand for. Tables have one line a card, filled up with -1."""

    findable: NDArray[np.intp]  # titles and phrasings: cards by most of any card
    spoken: NDArray[np.intp]  # statements: cards by most of any card
    body: NDArray[np.intp]  # one a card
    statements: dict[str, dict[str, int]]  # card or next step → statement id → row


class CardIndex:
    """The cards with their vectors and word indexes. `rows` names the rows of `vectors`, card by card."""

    def __init__(
        self,
        cards: Sequence[Card],
        rows: Sequence[EntryRow],
        vectors: Vectors,
        words: Mapping[Tokens, LexicalIndex],
        learned: Learned,
        weights: Weights,
    ) -> None:
        self.cards, self.weights, self._learned = cards, weights, learned
        self._rows, self._vectors, self._words = rows, vectors, words
        self._groups = _group(rows)

    def similarities(self, queries: Vectors) -> Vectors:
        """Cosine of every row (title, phrasing, statement, body) with every query: rows by queries."""
        return np.asarray(self._vectors @ queries.T, dtype=np.float32)

    def scores(self, text: str, queries: Vectors, similarities: Vectors) -> Scores:
        """The fused score of every card. The first query is the whole message, the others its parts."""
        whole = similarities[:, 0]
        if similarities.shape[1] > 1:
            whole = (whole + similarities[:, 1:].mean(axis=1)) / 2
        groups, weights = self._groups, self.weights
        signals: tuple[tuple[float, Callable[[], Scores]], ...] = (
            (weights.stems, lambda: self._words[Tokens.STEMS].scores(text)),
            (weights.characters, lambda: self._words[Tokens.CHARACTERS].scores(text)),
            (weights.dense, lambda: _best_mean(whole, groups.findable, 2)),
            (weights.body, lambda: whole[groups.body]),
            (weights.statements, lambda: _best_mean(whole, groups.spoken, 3)),
            (weights.learned, lambda: self._learned.scores(_blend(queries))),
        )
        fused = np.zeros(len(self.cards), dtype=np.float32)
        for weight, signal in signals:
            if weight:
                fused += weight * z_scores(signal())
        return fused

    def nearest(self, card: int, similarities: Scores) -> tuple[Phrasing, float]:
        """The phrasing (or title) of a card that comes nearest, and its cosine."""
        rows = self._groups.findable[card]
        rows = rows[rows >= 0]
        best = int(rows[int(np.argmax(similarities[rows]))])
        entry, found = self._rows[best], self.cards[card]
        if entry.kind is EntryKind.ASKED:
            return found.asked[int(entry.id.rpartition(".")[2]) - 1], float(similarities[best])
        return Phrasing(found.title, found.verdict), float(similarities[best])

    def relevance(self, card: Card, similarities: Scores) -> dict[str, float]:
        """Cosine of each of a card's statements with the question."""
        return {key: float(similarities[row]) for key, row in self._groups.statements.get(card.id, {}).items()}


def _blend(queries: Vectors) -> Scores:
    """The whole message and the mean of its parts, half and half."""
    return np.asarray(
        queries[0] if len(queries) == 1 else (queries[0] + queries[1:].mean(axis=0)) / 2, dtype=np.float32
    )


def z_scores(scores: Scores) -> Scores:
    """Standard scores over all candidates; zeros when they do not differ."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def _best_mean(similarity: Scores, table: NDArray[np.intp], count: int) -> Scores:
    """Per card, the mean of its `count` nearest rows, or of all when it has fewer (one stray row should not decide)."""
    values = np.append(similarity, -np.inf)[table]  # -1 picks the appended one
    best = np.partition(values, max(0, values.shape[1] - count), axis=1)[:, -count:]
    there = np.isfinite(best)
    return np.asarray(np.where(there, best, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1), dtype=np.float32)


def _group(rows: Sequence[EntryRow]) -> _Groups:
    findable, spoken, body = list[list[int]](), list[list[int]](), list[int]()
    statements: dict[str, dict[str, int]] = {}
    for n, row in enumerate(rows):
        if row.kind is EntryKind.TITLE:  # the first row of every card
            findable.append([])
            spoken.append([])
        if row.kind in {EntryKind.TITLE, EntryKind.ASKED}:
            findable[-1].append(n)
        elif row.kind is EntryKind.BODY:
            body.append(n)
        else:
            statements.setdefault(row.owner, {})[row.id] = n
            if len(body) < len(spoken):  # statements of next steps follow the last card and belong to none
                spoken[-1].append(n)
    return _Groups(_table(findable), _table(spoken), np.asarray(body, dtype=np.intp), statements)


def _table(groups: list[list[int]]) -> NDArray[np.intp]:
    width = max((len(group) for group in groups), default=0) or 1
    return np.asarray([group + [-1] * (width - len(group)) for group in groups], dtype=np.intp).reshape(-1, width)
