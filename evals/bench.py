"""How fast and how large, from one run on one machine (`care-act evals bench`). Ratios travel; bare times do not."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.embedding import SentenceTransformerEmbedder
from assistant.library import open_library
from assistant.settings import Settings
from assistant.wiring import build_assistant, choose_embedder
from evals.cases import Case
from ingest.build import build_library

_MB = 1024  # ru_maxrss is in kB on Linux
WARM_UP, QUERY_REPEATS, COLD_STARTS = 3, 40, 3
COLD_QUESTION = "Can I get a break from looking after my mum?"


@dataclass(frozen=True, slots=True)
class Bench:
    """Times in milliseconds unless the name says otherwise."""

    query_embedding: float
    answer_p50: float
    answer_p95: float
    steps_p50: dict[str, float]
    ingest_per_second: float
    encode_per_second: float
    cold_start_seconds: float
    resident_mb: float

    def lines(self) -> Iterable[str]:
        """A line a figure, each with the ratio that can be compared between machines."""
        yield f"one query embedding      {self.query_embedding:.1f} ms"
        yield f"Assistant.answer p50     {self.answer_p50:.1f} ms ({self.answer_p50 / self.query_embedding:.1f} query embeddings)"
        yield f"Assistant.answer p95     {self.answer_p95:.1f} ms ({self.answer_p95 / self.query_embedding:.1f} query embeddings)"
        yield "p50 of each step         " + ", ".join(f"{name} {value:.2f}" for name, value in self.steps_p50.items())
        share = self.ingest_per_second / self.encode_per_second
        yield f"ingest                   {self.ingest_per_second:.0f} texts a second, {100 * share:.0f}% of the bare encode rate ({self.encode_per_second:.0f})"
        yield f"cold start of one answer {self.cold_start_seconds:.1f} s (whole process, best of {COLD_STARTS})"
        yield f"resident memory          {self.resident_mb:.0f} MB at most, this process"


def bench(settings: Settings, cases: Sequence[Case], ingest_texts: int = 1000) -> Bench:
    """Measure everything once, in this process but for the cold start."""
    embedder = choose_embedder(settings, open_library(settings.library_dir))  # the one that answers
    assistant = build_assistant(settings)
    for case in cases[:WARM_UP]:
        assistant.answer(case.message, case.history)
    query = _milliseconds(lambda: embedder.embed([COLD_QUESTION]), QUERY_REPEATS)
    answers = [assistant.answer(case.message, case.history).timings_ms for case in cases]
    totals = [timings["total"] for timings in answers]
    names = ("route", "understand", "retrieve", "compose", "verify", "present")
    steps = {name: float(np.median([t[name] for t in answers if name in t])) for name in names}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
    original = SentenceTransformerEmbedder(settings.model, settings.threads)
    ingest_rate, encode_rate = _ingest_rates(settings, original, ingest_texts)
    return Bench(
        query_embedding=float(np.median(query)),
        answer_p50=float(np.percentile(totals, 50)),
        answer_p95=float(np.percentile(totals, 95)),
        steps_p50=steps,
        ingest_per_second=ingest_rate,
        encode_per_second=encode_rate,
        cold_start_seconds=min(_cold_start() for _ in range(COLD_STARTS)),
        resident_mb=memory,
    )


def _milliseconds(work: Callable[[], object], repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _ingest_rates(settings: Settings, embedder: SentenceTransformerEmbedder, texts: int) -> tuple[float, float]:
    """Texts a second of a whole build (reading, embedding, storing, checking) and of the model alone on the same texts."""
    cards = {card.id for card in open_library(settings.library_dir).cards[: max(1, texts // 28)]}
    with tempfile.TemporaryDirectory() as folder:
        corpus = _part_of(settings.corpus_dir, cards, Path(folder) / "corpus")
        report = build_library(corpus, Path(folder) / "library", embedder)
    return report.embedded / report.seconds, report.embedded / report.encode_seconds


def _part_of(corpus: Path, cards: set[str], target: Path) -> Path:
    """A corpus with the data files of another and some of its cards."""
    for path in corpus.rglob("*"):
        inside = path.relative_to(corpus)
        if path.is_file() and (inside.parts[0] != "cards" or path.stem in cards):
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            (target / inside).write_bytes(path.read_bytes())
    return target


def _cold_start() -> float:
    command = Path(sys.executable).with_name("care-act")
    started = time.perf_counter()
    subprocess.run([str(command), "ask", COLD_QUESTION], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))  # noqa: S603  # our own command
    return time.perf_counter() - started
