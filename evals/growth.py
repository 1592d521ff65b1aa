"""What finding costs when the library grows: made-up passages in the words of the real ones, the real cards and retriever."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np

from assistant.domain import Passage, Question
from assistant.errors import BadSource
from assistant.library import Library, open_library
from assistant.retrieval import Retriever
from assistant.testing import HashEmbedder
from evals.bench import Figure, Took
from ingest.build import build_shelf
from ingest.shelf import Shelf

QUESTIONS, WORDS = 60, 60


def growth(library: Library, sizes: Sequence[int]) -> Iterator[Figure]:
    """The median processor time of retrieval at each size, and beside the first. The model's own is left out: it does not grow.

    The vectors are made up too (hashed words), for embedding so many texts would take hours. Raises BadSource for a library
    without passages, from whose words others could be made.
    """
    if not library.passages:
        raise BadSource(
            "Growth needs a library with official passages. Run `care-act ingest build --originals FOLDER`."
        )
    first = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            embedder = HashEmbedder()
            shelf = Shelf(library.cards, {}, tuple(_made_up(library.passages, size)), {}, ())
            build_shelf(shelf, Path(folder), embedder)
            grown = open_library(Path(folder))
            median = _median(Retriever(grown, embedder), library)
            grown.close()
        first = first or median
        yield Figure(f"retrieval among {size:,} passages, p50", median, "ms")
        yield Figure("  beside the first", median / first, "times", most=2)


def _median(retriever: Retriever, library: Library) -> float:
    questions = [Question(phrasing.text) for card in library.cards[:QUESTIONS] for phrasing in card.asked[:1]]
    retriever.retrieve(questions[0])
    return float(np.median([Took.by(lambda asked=asked: retriever.retrieve(asked)).processor for asked in questions]))  # type: ignore[misc]


def _made_up(real: Sequence[Passage], count: int) -> Iterator[Passage]:
    """Passages of words as often as the real ones have them, so that a question meets as many as it would."""
    chance = random.Random(2014)
    counted = Counter(word for passage in real for word in passage.text.split())
    words, upto = list(counted), list(accumulate(counted.values()))
    for n in range(count):
        text = " ".join(chance.choices(words, cum_weights=upto, k=WORDS))
        yield replace(real[0], id=f"{real[0].id}.{n}", text=text, heading=f"Part {n}")
