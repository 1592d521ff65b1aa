"""Words and pieces of words: BM25 over stems, and over runs of three to five characters (which forgive spelling)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
_WORD = re.compile(r"[a-z0-9£]+(?:'[a-z]+)?")
# Words of three letters and more that do not tell what a sentence is about.
SMALL_WORDS = frozenset(
    [
        "the",
        "and",
        "for",
        "you",
        "your",
        "that",
        "this",
        "with",
        "not",
        "are",
        "can",
        "may",
        "must",
        "has",
        "have",
        "will",
        "who",
        "what",
        "when",
        "from",
        "their",
        "they",
        "than",
        "should",
    ]
)


class Tokens(StrEnum):
    """What a text is cut into."""

    STEMS = "stems"
    CHARACTERS = "characters"

    def of(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        words = _WORD.findall(text.lower().replace("’", "'"))
        if self is Tokens.STEMS:
            return list(_stemmer().stemWords([word.removesuffix("'s") for word in words]))
        return [run for word in words for run in _runs(word)]


class LexicalIndex:
    """A BM25 index over texts (k1 1.5, b 0.75, Lucene's variant), kept in a folder."""

    def __init__(self, index: Any, tokens: Tokens, size: int) -> None:
        self._index, self._tokens, self._size = index, tokens, size

    @classmethod
    def build(cls, texts: Sequence[str], tokens: Tokens) -> LexicalIndex:
        """Index texts; scores come back in their order."""
        import bm25s

        index = bm25s.BM25()
        index.index([tokens.of(text) or ["∅"] for text in texts] or [["∅"]], show_progress=False)
        return cls(index, tokens, len(texts))

    @classmethod
    def load(cls, folder: Path, tokens: Tokens, size: int) -> LexicalIndex:
        """The index saved in a folder."""
        import bm25s

        return cls(bm25s.BM25.load(folder / tokens.value, load_corpus=False), tokens, size)

    def save(self, folder: Path) -> None:
        """Keep the index under a folder, in one named for its tokens."""
        self._index.save(folder / self._tokens.value, show_progress=False)

    def scores(self, text: str) -> Scores:
        """One BM25 score a text, 0 where nothing matches."""
        known = [token for token in self._tokens.of(text) if token in self._index.vocab_dict]
        if not known or not self._size:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)[: self._size]


def _runs(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in (3, 4, 5):
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
