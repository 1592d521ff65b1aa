"""Scores every card for a question: word and character BM25, and vectors, fused by the sum of their z-scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Card, Phrasing
from assistant.embedding import Vectors
from assistant.errors import BadSetting
from assistant.lexical import LexicalIndex, Tokens
from assistant.library import EntryKind, EntryRow

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts in the sum of z-scores; 0 switches one off (the measured table is in the README)."""

    stems: float = 0.5
    characters: float = 0.5
    dense: float = 0.6
    body: float = 0.6

    @classmethod
    def parse(cls, text: str) -> Weights:
        """From `stems=1,dense=0`; signals not named keep their weight. Raises BadSetting for an unknown one."""
        try:
            pairs = dict(pair.split("=", 1) for pair in text.split(",") if pair.strip())
            return cls(**{name.strip(): float(value) for name, value in pairs.items()})
        except (TypeError, ValueError) as exc:
            known = ", ".join(cls.__dataclass_fields__)
            raise BadSetting(f"CARE_ACT_WEIGHTS cannot be used ({exc}). Write name=number pairs with commas; names: {known}.") from exc


class CardIndex:
    """The cards with their vectors and word indexes. `rows` names the rows of `vectors`, card by card."""

    def __init__(
        self,
        cards: Sequence[Card],
        rows: Sequence[EntryRow],
        vectors: Vectors,
        words: Mapping[Tokens, LexicalIndex],
        weights: Weights,
    ) -> None:
        self.cards, self.weights = cards, weights
        self._rows, self._vectors, self._words = rows, vectors, words
        self._findable, self._starts, self._body, self._statements = _group(rows)

    def similarities(self, queries: Vectors) -> Vectors:
        """Cosine of every row (title, phrasing, statement, body) with every query: rows by queries."""
        return np.asarray(self._vectors @ queries.T, dtype=np.float32)

    def scores(self, text: str, similarities: Vectors) -> Scores:
        """The fused score of every card. The first query is the whole message, the others its parts."""
        whole = similarities[:, 0]
        if similarities.shape[1] > 1:
            whole = (whole + similarities[:, 1:].mean(axis=1)) / 2
        signals = (
            (self.weights.stems, lambda: self._words[Tokens.STEMS].scores(text)),
            (self.weights.characters, lambda: self._words[Tokens.CHARACTERS].scores(text)),
            (self.weights.dense, lambda: self._two_best(whole)),
            (self.weights.body, lambda: whole[self._body]),
        )
        fused = np.zeros(len(self.cards), dtype=np.float32)
        for weight, signal in signals:
            if weight:
                fused += weight * z_scores(signal())
        return fused

    def nearest(self, card: int, similarities: Scores) -> tuple[Phrasing, float]:
        """The phrasing (or title) of a card that comes nearest, and its cosine."""
        end = self._starts[card + 1] if card + 1 < len(self._starts) else len(self._findable)
        rows = self._findable[self._starts[card] : end]
        best = int(rows[int(np.argmax(similarities[rows]))])
        entry, found = self._rows[best], self.cards[card]
        if entry.kind is EntryKind.ASKED:
            return found.asked[int(entry.id.rpartition(".")[2]) - 1], float(similarities[best])
        return Phrasing(found.title, found.verdict), float(similarities[best])

    def relevance(self, card: Card, similarities: Scores) -> dict[str, float]:
        """Cosine of each of a card's statements with the question."""
        return {key: float(similarities[row]) for key, row in self._statements.get(card.id, {}).items()}

    def _two_best(self, similarity: Scores) -> Scores:
        """Per card, the mean of its two nearest titles and phrasings (one stray phrasing should not decide)."""
        means = []
        for rows in np.split(similarity[self._findable], self._starts[1:]):
            best = np.partition(rows, -2)[-2:] if len(rows) > 1 else rows
            means.append(best.mean())
        return np.asarray(means, dtype=np.float32)


def z_scores(scores: Scores) -> Scores:
    """Standard scores over all candidates; zeros when they do not differ."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def _group(
    rows: Sequence[EntryRow],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], dict[str, dict[str, int]]]:
    """Row numbers: titles and phrasings; where each card begins among them; bodies; statements by card and id."""
    findable, starts, body, statements = list[int](), list[int](), list[int](), dict[str, dict[str, int]]()
    owner = ""
    for n, row in enumerate(rows):
        if row.kind in {EntryKind.TITLE, EntryKind.ASKED}:
            if row.owner != owner:
                starts.append(len(findable))
                owner = row.owner
            findable.append(n)
        elif row.kind is EntryKind.BODY:
            body.append(n)
        else:
            statements.setdefault(row.owner, {})[row.id] = n
    return np.array(findable, np.intp), np.array(starts, np.intp), np.array(body, np.intp), statements
