"""A benchmark that others made: BEIR SciFact, for the retriever of official passages (`care-act evals scifact`).

The abstracts are built into a library of their own by the same build, and found by the same retriever.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.domain import Passage, Place
from assistant.embedding import Embedder
from assistant.errors import BadSource, LibraryEmpty
from assistant.library import Library, open_library
from assistant.retrieval import Retriever
from evals.intervals import Mean
from ingest.build import build_shelf
from ingest.embedded import Progress
from ingest.shelf import Shelf

TEN, _POOL, _RRF = 10, 100, 60
Ranked = Sequence[str]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Documents, queries and, for each query, the gain of each document judged."""

    documents: tuple[Passage, ...]
    queries: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]


def read_benchmark(folder: Path) -> Benchmark:
    """A benchmark in BEIR's layout. Raises BadSource when the folder does not hold one."""
    try:
        with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
            documents = tuple(_passage(json.loads(line)) for line in lines)
        with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
            queries = {raw["_id"]: raw["text"] for raw in map(json.loads, lines)}
        judged: dict[str, dict[str, int]] = {}
        with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                judged.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    except (OSError, ValueError, KeyError) as exc:
        raise BadSource(
            f"{folder} holds no benchmark in BEIR's layout ({type(exc).__name__} {exc}). It needs corpus.jsonl.gz, "
            "queries.jsonl and qrels/test.tsv; name the folder with --folder."
        ) from exc
    return Benchmark(documents, {key: text for key, text in queries.items() if key in judged}, judged)


def _passage(raw: Mapping[str, str]) -> Passage:
    return Passage(raw["_id"], Place("scifact", raw["_id"]), raw["title"], raw["text"])


def benchmark_library(
    benchmark: Benchmark, home: Path, embedder: Embedder, progress: Progress | None = None
) -> Library:
    """The documents as a library under `home`: the one built before when it holds them, or a new one."""
    try:
        library = open_library(home)
        if library.passages == benchmark.documents and library.manifest.model == embedder.name:
            return library
    except LibraryEmpty:
        pass
    build_shelf(Shelf((), {}, benchmark.documents, {}, ("scifact",)), home, embedder, progress)
    return open_library(home)


def ndcg(ranked: Ranked, gains: Mapping[str, int]) -> float:
    """nDCG at 10 with linear gains and the ideal over all judged documents, as trec_eval has it (Järvelin and Kekäläinen 2002)."""
    best = sorted(gains.values(), reverse=True)[:TEN]
    return _dcg([gains.get(key, 0) for key in ranked[:TEN]]) / (_dcg(best) or 1.0)


def _dcg(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(n + 2) for n, gain in enumerate(gains)))


class Systems:
    """The retriever and the plain ways it is made of, over one library."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library, self._embedder = library, embedder
        self._retriever = Retriever(library, embedder)

    def rankings(self, query: str) -> Iterator[tuple[str, Ranked]]:
        """What each system ranks first for a query."""
        vector = self._embedder.embed([query])[0]
        words = self._best(self._library.passage_words(query))
        cosines = self._library.passage_similarities(vector, _POOL)
        near = [self._library.passages[n].id for n in sorted(cosines, key=lambda n: (-cosines[n], n))]
        yield "the assistant's retriever", [f.passage.id for f in self._retriever.passages(query, vector, TEN)]
        yield "BM25 alone", words
        yield "MiniLM alone", near
        yield f"reciprocal rank fusion (k={_RRF}) of both", _fused(words, near)

    def _best(self, scores: np.ndarray) -> Ranked:
        return [self._library.passages[int(n)].id for n in np.argsort(-scores, kind="stable")[:_POOL]]


def _fused(*rankings: Ranked) -> Ranked:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
    totals: dict[str, float] = {}
    for ranked in rankings:
        for n, key in enumerate(ranked, 1):
            totals[key] = totals.get(key, 0.0) + 1 / (_RRF + n)
    return sorted(totals, key=lambda key: (-totals[key], key))


def run_benchmark(
    benchmark: Benchmark, systems: Systems, tick: Callable[[], object] = lambda: None
) -> Mapping[str, Mean]:
    """The mean nDCG@10 of every system."""
    scores: dict[str, list[float]] = {}
    for key, query in benchmark.queries.items():
        for name, ranked in systems.rankings(query):
            scores.setdefault(name, []).append(ndcg(ranked, benchmark.judged[key]))
        tick()
    return {name: Mean.of(np.array(values)) for name, values in scores.items()}
