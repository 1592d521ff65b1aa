"""How fast and how large, from one run on one machine (`care-act evals bench`), each beside its target. Ratios travel; bare times do not."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.library import Library, open_library
from assistant.settings import Settings
from assistant.wiring import build_parts, choose_embedder
from evals import load
from evals.cases import Case
from ingest.build import build_library

WARM_UP, COLD_STARTS, PEER_QUESTIONS, INGESTED = 3, 3, 40, 12  # INGESTED cards, some 28 texts each
COLD_QUESTION = "Can I get a break from looking after my mum?"
LOAD_PEOPLE, LOAD_SECONDS = 8, 20.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, what it is measured in, and what it should be at most (or at least); no target where none was set."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        told = f"{self.name:48} {self.value:9.2f} {self.unit:22}"
        if self.most is not None:
            return f"{told} target ≤ {self.most:g}: {'met' if self.value <= self.most else 'NOT MET'}"
        if self.least is not None:
            return f"{told} target ≥ {self.least:g}: {'met' if self.value >= self.least else 'NOT MET'}"
        return told.rstrip()


def bench(settings: Settings, cases: Sequence[Case]) -> Iterator[Figure]:
    """Measure everything once, each figure as soon as it is there. Says first how busy the machine is with other work."""
    yield Figure("load of the machine before", os.getloadavg()[0], f"on {os.cpu_count()} cores")
    library = open_library(settings.library_dir)
    embedder = choose_embedder(settings, library)
    assistant = build_parts(settings, embedder).assistant()
    for case in cases[:WARM_UP]:
        assistant.answer(case.message, case.history)
    queries, answers, steps = list[Took](), list[Took](), list[dict[str, float]]()
    for case in cases:  # in turn, so that a busy moment slows both
        queries.append(Took.by(lambda case=case: embedder.embed([case.message])))  # type: ignore[misc]
        answers.append(Took.by(lambda case=case: steps.append(assistant.answer(case.message, case.history).timings_ms)))  # type: ignore[misc]
    yield from _answers(queries, answers, steps)
    ours = float(np.median([took.processor for took in answers[:PEER_QUESTIONS]]))
    yield from _peers(library, embedder, cases[:PEER_QUESTIONS], ours)
    yield Figure("cold `care-act ask`", min(_cold_start() for _ in range(COLD_STARTS)), "s", most=2.5)
    yield from _server(settings, [case.message for case in cases])
    yield from _ingest(settings, library)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds on the clock, and of the processors in all threads: what others do at the same time hardly changes these."""

    clock: float
    processor: float

    @classmethod
    def by(cls, work: Callable[[], object]) -> Took:
        """How long some work takes."""
        clock, processor = time.perf_counter(), time.process_time()
        work()
        return cls((time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000)


def _answers(queries: Sequence[Took], answers: Sequence[Took], steps: Sequence[dict[str, float]]) -> Iterator[Figure]:
    """One question after the other, in query embeddings: by the clock, and by the time of the processors."""
    for told, one, all_of in (
        ("", [t.clock for t in queries], [t.clock for t in answers]),
        (", processor time", [t.processor for t in queries], [t.processor for t in answers]),
    ):
        query = float(np.median(one))
        yield Figure(f"one query embedding{told}", query, "ms")
        yield Figure(f"answer p50{told}", float(np.percentile(all_of, 50)) / query, "query embeddings", most=2)
        yield Figure(f"answer p95{told}", float(np.percentile(all_of, 95)) / query, "query embeddings", most=4)
        beyond = float(np.median(np.array(all_of) - np.array(one)))
        yield Figure(f"answer less one embedding, p50{told}", beyond, "ms", most=10)
    for name in ("route", "understand", "retrieve", "compose", "verify", "present"):
        yield Figure(f"  p50 of {name}", float(np.median([t[name] for t in steps if name in t])), "ms")


def _peers(library: Library, embedder: Embedder, cases: Sequence[Case], ours: float) -> Iterator[Figure]:
    """How long others take over the same questions, in answers of ours. The tutorial only finds; a model would still have to write."""
    from evals.peers.cairn_cards import CairnCards
    from evals.peers.passages import Tutorial

    peers: list[Tutorial | CairnCards] = [CairnCards(library)]
    if library.passages:
        peers.append(Tutorial(library.passages, embedder))
    for peer in peers:
        peer.find(COLD_QUESTION)
        took = [Took.by(lambda peer=peer, case=case: peer.find(case.message)).processor for case in cases]  # type: ignore[misc]
        yield Figure(f"{peer.name}, p50, processor time", float(np.median(took)) / ours, "answers of ours")


def _cold_start() -> float:
    command = Path(sys.executable).with_name("care-act")
    started = time.perf_counter()
    subprocess.run([str(command), "ask", COLD_QUESTION], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))  # noqa: S603  # our own command
    return time.perf_counter() - started


def _server(settings: Settings, messages: Sequence[str]) -> Iterator[Figure]:
    """A server of its own: until it is ready, what it holds, and how much it answers when many ask at once."""
    started = time.perf_counter()
    with load.serving(settings.home, rate="1000000/minute", log_level="warning") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        server.ask(connection, {"question": COLD_QUESTION}, "203.0.113.1")
        yield Figure("server ready and its first answer", time.perf_counter() - started, "s", most=3)
        known = load.known_answers(server, messages[:60])
        tally = load.crowd(server, known, LOAD_PEOPLE, LOAD_SECONDS, 0)
        yield Figure(
            f"answers with {LOAD_PEOPLE} people at once", len(tally.times) / LOAD_SECONDS, "a second", least=100
        )
        yield Figure("  of them lost or wrong", tally.lost + tally.wrong, "answers", most=0)
        yield Figure("resident memory of the server after that", server.memory(), "MB", most=450)


def _ingest(settings: Settings, library: Library) -> Iterator[Figure]:
    """A whole build of a few cards (reading, embedding, storing, checking) beside the model alone on the same texts."""
    cards = {card.id for card in library.cards[:INGESTED]}
    with tempfile.TemporaryDirectory() as folder:
        corpus = _part_of(settings.corpus_dir, cards, Path(folder) / "corpus")
        original = SentenceTransformerEmbedder(settings.model, settings.threads)  # what builds embed with
        report = build_library(corpus, Path(folder) / "library", original)
    yield Figure("texts built into a library", report.embedded / report.seconds, "a second")
    yield Figure("  of the bare encoding rate", 100 * report.encode_seconds / report.seconds, "%")


def _part_of(corpus: Path, cards: set[str], target: Path) -> Path:
    """A corpus with the data files of another and some of its cards."""
    for path in corpus.rglob("*"):
        inside = path.relative_to(corpus)
        if path.is_file() and (inside.parts[0] != "cards" or path.stem in cards):
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            (target / inside).write_bytes(path.read_bytes())
    return target
