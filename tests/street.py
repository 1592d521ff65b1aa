"""A street of real processes: two web workers and the bot on one Chroma server, one PostgreSQL and one Redis.

Tests break one thing after the other and ask as people would; what they saw becomes the rows of assistant/pages/faults.md.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import engines
import httpx
from conftest import ROOT, Built
from telegram_world import TOKEN, World, peer

from assistant.contract import as_json
from assistant.testing import HashEmbedder
from assistant.wiring import build_assistant
from ingest.build import build_library

QUESTIONS = (
    "Can I get a break from looking after my mum?",
    "what is a carers assessment",
    "how much savings can i have before i pay for care",
    "is there a cap on care costs",
    "what does well-being and dignity mean in the act",
    "my dad wont wake up",
    "how do i fix a carburettor",
    "what about wales",
)
WAIT = 600.0  # for a busy machine; no test asserts a time
SAME = ("status", "sentences", "next_steps", "sources", "contacts", "words")  # of an answer, whoever gives it


@dataclass
class Program:
    """One of our own processes, with what it said. It can be ended and started again."""

    module: str
    environment: dict[str, str]
    said: Path
    port: int = 0
    _running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it takes connections when it listens."""
        with self.said.open("ab") as out:
            self._running = subprocess.Popen(
                [sys.executable, "-m", self.module], env=self.environment, stdout=out, stderr=out
            )
        until = time.monotonic() + WAIT
        while self.port and not engines.reached(self.port):
            assert self._running.poll() is None and time.monotonic() < until, self.said.read_text()
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        """End it; its exit code."""
        assert self._running is not None
        self._running.send_signal(how)
        return self._running.wait(timeout=WAIT)

    @contextmanager
    def with_a_full_disk(self) -> Iterator[None]:
        """It can make no file longer, as when there is no room left."""
        assert self._running is not None
        before = resource.prlimit(self._running.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._running.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        yield
        resource.prlimit(self._running.pid, resource.RLIMIT_FSIZE, before)


@dataclass
class Street:
    """Everything that runs, and the answers everybody must get."""

    built: Built
    texts: Path
    chroma: engines.Process
    redis: engines.Process
    postgres: engines.Postgres
    workers: list[Program]
    bot: Program
    world: World
    known: dict[str, Any] = field(default_factory=dict)
    notes: list[list[str]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def learn(self) -> None:
        """What each question is answered with by one process over the library in its own folder."""
        embedded = build_assistant(self.built.settings, HashEmbedder())
        answers = {question: json.dumps(as_json(embedded.answer(question))) for question in QUESTIONS}
        self.known = {question: same_of(json.loads(answer)) for question, answer in answers.items()}
        self.notes = [json.loads(answer)["notes"] for answer in answers.values()]

    def post(self, worker: int, path: str, address: str = "203.0.113.1", **body: Any) -> httpx.Response:
        """A request to a worker, from somebody at an address."""
        where = f"http://127.0.0.1:{self.workers[worker].port}/api/{path}"
        return httpx.post(where, json=body, headers={"X-Forwarded-For": address}, timeout=WAIT, trust_env=False)

    def ask(self, worker: int, question: str, address: str = "203.0.113.1", **more: str) -> httpx.Response:
        """A question to a worker."""
        return self.post(worker, "ask", address, question=question, **more)

    def seen(self, fault: str, *workers: int) -> list[dict[str, Any]]:
        """Ask everything of the workers (both, if none is named) and one thing of the bot: all must be answered as ever.

        Adds a row to the table: the fault, how many were answered, how many of them wrongly, what else was said, the longest wait.
        """
        answers, longest = list[dict[str, Any]](), 0.0
        for n, question in enumerate(QUESTIONS):
            began, worker = time.monotonic(), (workers or (0, 1))[n % len(workers or (0, 1))]
            conversation = self.post(worker, "conversation", "203.0.113.77").json()["conversation"]
            told = self.ask(worker, question, conversation=conversation)
            longest = max(longest, time.monotonic() - began)
            assert told.status_code == 200, (fault, told.text)
            answers.append(told.json())
        wrong = [said for said, known in zip(answers, self.known.values(), strict=True) if same_of(said) != known]
        assert wrong == [], fault
        spoken = self.world.say(QUESTIONS[0], chat=900 + len(self.rows))["text"]
        assert "Your council must meet your needs" in spoken, fault
        notes = {n for said, usual in zip(answers, self.notes, strict=True) for n in said["notes"] if n not in usual}
        added = " ".join(f"“{note}”" for note in sorted(notes)) or "–"
        self.row(fault, f"{len(answers) + 1} of {len(answers) + 1}", added, f"{longest:.1f} s")
        return answers

    def row(self, fault: str, answered: str, added: str, longest: str = "") -> None:
        """Add a row to the table."""
        self.rows.append(f"| {fault} | {answered} | 0 | {added} | {longest} |")
        print(f"\n{self.rows[-1]}", end="", flush=True)  # noqa: T201 - the table is what this run is for

    @contextmanager
    def another(self, **settings: str) -> Iterator[int]:
        """One more worker on the same engines with other settings; its number."""
        port, like = engines.free_port(), self.workers[0]
        more = Program(like.module, {**like.environment, **settings, "CARE_ACT_PORT": str(port)}, like.said, port)
        self.workers.append(more)
        more.start()
        try:
            yield self.workers.index(more)
        finally:
            more.end(signal.SIGTERM)
            self.workers.remove(more)

    @contextmanager
    def crowd(self, *, may_break_off: bool = False) -> Iterator[list[tuple[int, Any]]]:
        """People asking both workers all the while; the status and answer of each. Who is cut off asks the other worker."""
        told, stop = list[tuple[int, Any]](), threading.Event()

        def person(n: int) -> None:
            turn = n
            while not stop.is_set():
                question, turn = QUESTIONS[turn % len(QUESTIONS)], turn + 1
                try:
                    answer = self.ask(turn % 2, question, f"192.0.2.{n}")
                    told.append((answer.status_code, (question, same_of(answer.json()))))
                except httpx.HTTPError as exc:
                    if not may_break_off:
                        told.append((0, repr(exc)))

        with ExitStack() as stack:
            threads = [threading.Thread(target=person, args=(n,)) for n in range(4)]
            for thread in threads:
                thread.start()
            stack.callback(lambda: [thread.join() for thread in threads])
            stack.callback(stop.set)
            yield told
            self.until(lambda: len(told) >= 20, "the crowd was answered")

    def until(self, happened: Any, why: str) -> None:
        """Wait for something that must happen."""
        end = time.monotonic() + WAIT
        while not happened():
            assert time.monotonic() < end, why
            time.sleep(0.05)


def same_of(answer: dict[str, Any]) -> dict[str, Any]:
    """What of an answer must be the same for everybody; the whole of it when it is none."""
    return {name: answer[name] for name in SAME} if "sentences" in answer else answer


@contextmanager
def open_street(built: Built, texts: Path, folder: Path) -> Iterator[Street]:
    """All of it running over one small library. Nothing of ours may have shown its machinery in the end."""
    with ExitStack() as stack:
        chroma, redis = (
            stack.enter_context(engines.chroma(folder / "chroma")),
            stack.enter_context(engines.redis(folder)),
        )
        postgres, world = stack.enter_context(engines.postgres()), stack.enter_context(peer())
        url = f"http://127.0.0.1:{chroma.port}"
        build_library(built.corpus, built.settings.library_dir, HashEmbedder(), texts, chroma_url=url)
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1",
            "CARE_ACT_HOME": str(built.home), "CARE_ACT_CORPUS": str(built.corpus), "CARE_ACT_LOG_LEVEL": "debug",
            "CARE_ACT_CHROMA_URL": url, "CARE_ACT_DATABASE_URL": postgres.url, "CARE_ACT_RATE": "10000/minute",
            "CARE_ACT_LIMITS_URL": f"redis://127.0.0.1:{redis.port}",
            "CARE_ACT_TELEGRAM_TOKEN": TOKEN, "CARE_ACT_TELEGRAM_API": world.address, "CARE_ACT_TELEGRAM_RATE": "1000",
        }  # fmt: skip
        ports = [engines.free_port() for _ in range(2)]
        workers = [
            Program("web_process", {**environment, "CARE_ACT_PORT": str(port)}, folder / f"{port}.log", port)
            for port in ports
        ]
        bot = Program("telegram_bot_process", environment, folder / "bot.log")
        for program in (*workers, bot):
            program.start()
            stack.callback(program.end, signal.SIGKILL)
        street = Street(built, texts, chroma, redis, postgres, workers, bot, world)
        street.learn()
        yield street
        assert "Traceback" not in "".join(program.said.read_text(errors="replace") for program in (*workers, bot))
