"""Does a card find itself? Each phrasing is left out in turn and must find its own card (`care-act evals phrasings`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.card_index import CardIndex, Weights
from assistant.domain import Card
from assistant.lexical import LexicalIndex, Tokens
from assistant.library import EntryKind, EntryRow, Library
from evals.intervals import Rate
from ingest.entries import card_document
from ingest.learning import learn

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Miss:
    """A phrasing that found another card first."""

    phrasing: str
    card: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhrasingReport:
    """How often an unseen phrasing finds its own card first and in the first five."""

    first: Rate
    in_five: Rate
    misses: tuple[Miss, ...]


def leave_phrasings_out(library: Library, weights: Weights, folds: int = FOLDS, sample: int = 1) -> PhrasingReport:
    """Each tenth of all phrasings is taken out of words and vectors, then asked. `sample` keeps every nth of them."""
    ranks: list[int] = []
    misses: list[Miss] = []
    for fold in range(folds):
        index, asked = _without(library, weights, fold, folds)
        for row, card in asked[::sample]:
            query, text = library.vectors[[row]], _text(library, row)
            fused = index.scores(text, query, index.similarities(query))
            rank = int((fused > fused[card]).sum())
            ranks.append(rank)
            if rank:
                best = np.argsort(-fused)[:3]
                misses.append(Miss(text, library.cards[card].id, tuple(library.cards[int(n)].id for n in best)))
    return PhrasingReport(
        Rate(sum(r == 0 for r in ranks), len(ranks)), Rate(sum(r < 5 for r in ranks), len(ranks)), tuple(misses)
    )


def _without(library: Library, weights: Weights, fold: int, folds: int) -> tuple[CardIndex, list[tuple[int, int]]]:
    """The index without one fold of phrasings, and the rows left out with their cards."""
    numbers = {card.id: n for n, card in enumerate(library.cards)}
    out = [row for n, row in enumerate(_asked_rows(library.rows)) if n % folds == fold]
    left_out = set(out)
    kept = [n for n in range(len(library.rows)) if n not in left_out]
    texts: dict[str, set[str]] = {}
    for row in out:
        texts.setdefault(library.rows[row].owner, set()).add(_text(library, row))
    cards = [_card_without(card, texts.get(card.id, set())) for card in library.cards]
    documents = [card_document(card) for card in cards]
    words = {tokens: LexicalIndex.build(documents, tokens) for tokens in Tokens}
    rows = [library.rows[n] for n in kept]
    vectors = library.vectors[kept]
    learned = learn(rows, vectors, [card.id for card in library.cards])
    index = CardIndex(library.cards, rows, vectors, words, learned, weights)
    return index, [(row, numbers[library.rows[row].owner]) for row in out]


def _asked_rows(rows: Sequence[EntryRow]) -> Iterator[int]:
    return (n for n, row in enumerate(rows) if row.kind is EntryKind.ASKED)


def _text(library: Library, row: int) -> str:
    entry = library.rows[row]
    card = next(card for card in library.cards if card.id == entry.owner)
    return card.asked[int(entry.id.rpartition(".")[2]) - 1].text


def _card_without(card: Card, texts: set[str]) -> Card:
    return replace(card, asked=tuple(p for p in card.asked if p.text not in texts)) if texts else card
