"""How fast a library is filled, held against the model alone on the same passages (`care-act ingest bench`)."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path

from assistant.chroma import open_chroma
from assistant.domain import Passage, Source
from assistant.embedding import Embedder, Vectors
from assistant.errors import BadSource
from ingest.build import build_shelf
from ingest.embedded import BATCH, Progress
from ingest.entries import passage_entries
from ingest.originals import read_originals
from ingest.shelf import Shelf
from ingest.splitting import passages_of

SAMPLED = 10  # the model is timed once more, apart from any build, on every tenth passage
_UNIT = 1 << 20 if sys.platform == "darwin" else 1 << 10  # macOS counts bytes, others kilobytes


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the clock, and of the processor: the clock also counts what else the machine does meanwhile."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Spent:
        """Since some moment; one taken from another is what passed between them. Processes that were waited for count."""
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return cls(time.perf_counter(), own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.clock - other.clock, self.processor - other.processor)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.processor:.1f} s of processor)"


class Timed:
    """A model that keeps the time spent inside it."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self._embedder = embedder.name, embedder
        self.spent, self.texts = Spent(0.0, 0.0), 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the model does."""
        before = Spent.now()
        vectors = self._embedder.embed(texts)
        self.spent, self.texts = self.spent + (Spent.now() - before), self.texts + len(texts)
        return vectors


@dataclass(frozen=True, slots=True)
class Filled:
    """One measurement: the whole road from reading to a library in use, the model's part of it, and the same once more."""

    passages: int
    embedded: int
    whole: Spent
    model: Spent
    alone: Spent  # the model by itself on every tenth passage
    again_embedded: int
    again: Spent
    before_mb: float
    most_mb: float

    def lines(self) -> Iterator[str]:
        """A line a figure."""
        by_clock, by_processor = self.model.clock / self.whole.clock, self.model.processor / self.whole.processor
        sample = len(range(0, self.passages, SAMPLED))
        yield f"{self.passages} passages, {self.embedded} embedded"
        yield f"whole road   {self.whole}, {self.embedded / self.whole.clock:.1f} passages a second"
        yield f"of that, in the model   {self.model}, {self.embedded / self.model.clock:.1f} passages a second"
        yield f"the rest of the road   {self.whole - self.model}"
        yield f"the road goes at {100 * by_clock:.1f}% of the model's rate by the clock, {100 * by_processor:.1f}% by the processor"
        yield f"the model by itself on {sample} of them   {self.alone}, {sample / self.alone.clock:.1f} passages a second"
        yield f"built again unchanged   {self.again}, {self.again_embedded} embedded"
        yield f"memory   {self.most_mb:.0f} MB at most, {self.before_mb:.0f} MB before the first passage"


def fill(
    folder: Path,
    sources: dict[str, Source],
    passages: int,
    embedder: Embedder,
    home: Path,
    progress: Progress | None = None,
) -> Filled:
    """Fill a library in `home` with so many passages of the official texts in a folder, over and over with small changes.

    The texts are read anew for each copy. Raises what reading and building raise.
    """
    embedder.embed(["The model is loaded before anything is timed."])
    open_chroma(home / "nothing").close()
    before, model, started = most_memory(), Timed(embedder), Spent.now()
    taken = tuple(islice(_copies(folder, sources), passages))
    shelf = Shelf((), {}, taken, {}, (f"{passages} passages for a measurement",))
    report = build_shelf(shelf, home / "library", model, progress)
    whole, inside, most = Spent.now() - started, model.spent, most_memory()
    started = Spent.now()
    again = build_shelf(shelf, home / "library", model)
    unchanged, apart = Spent.now() - started, Timed(embedder)
    sample = sorted((entry.text for entry in islice(passage_entries(taken), 0, None, SAMPLED)), key=len)
    for start in range(0, len(sample), BATCH):
        apart.embed(sample[start : start + BATCH])
    return Filled(len(taken), report.embedded, whole, inside, apart.spent, again.embedded, unchanged, before, most)


def _copies(folder: Path, sources: dict[str, Source]) -> Iterator[Passage]:
    for copy in count(1):
        found = False
        for text in read_originals(folder, sources):
            for n, passage in enumerate(passages_of(text)):
                found = True
                yield replace(passage, id=f"{text.file}:{n}.{copy}", heading=f"{passage.heading} {copy}")
        if not found:
            raise BadSource(f"{folder} holds no passages. Name a folder of official texts.")


def most_memory() -> float:
    """The most megabytes this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNIT
