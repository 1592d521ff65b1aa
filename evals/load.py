"""Asks a real server much at once, from people of its own making on this machine: time, lost or wrong replies, memory."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import CareActError

_START_SECONDS = 300.0
SOAKERS, TRIAL_SECONDS = 8, 15.0  # people of a soak; how long it is first tried what the server can bear


@dataclass
class Tally:
    """What one run saw. Times are seconds from asking to the whole reply."""

    times: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)  # the part the assistant itself took
    lost: int = 0
    wrong: int = 0
    refused: int = 0

    def summary(self, seconds: float) -> str:
        """One line: how many, how fast, what went wrong."""
        if not self.times:
            return f"no reply in {seconds:.0f} s; {self.lost} lost"
        ordered = sorted(self.times)
        p50, p95 = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
        overhead = statistics.median(whole - part for whole, part in zip(self.times, self.inside, strict=True))
        return (
            f"{len(ordered)} replies in {seconds:.0f} s ({len(ordered) / seconds:.1f} a second): p50 {p50 * 1000:.0f} ms, "
            f"p95 {p95 * 1000:.0f} ms, most {ordered[-1] * 1000:.0f} ms; over Assistant.answer p50 {overhead * 1000:.1f} ms; "
            f"{self.lost} lost, {self.wrong} wrong, {self.refused} refused by the limit"
        )


class Server:
    """`care-act serve` as a process of its own, with a home of its own for conversations."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self._process = port, process

    def memory(self) -> float:
        """Megabytes the process holds (resident)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def handles(self) -> int:
        """Files, sockets and pipes the process holds open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    def ask(self, connection: http.client.HTTPConnection, body: Mapping[str, Any], address: str) -> tuple[int, Any]:
        """One question from a person at a network address."""
        headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
        connection.request("POST", "/api/ask", json.dumps(body).encode(), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Server]:
    """A server over the library of a home. What it keeps besides goes to a folder that is removed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "library").symlink_to((home / "library").resolve())
        named = {f"CARE_ACT_{name.upper()}": value for name, value in settings.items()}
        command = [str(Path(sys.executable).with_name("care-act")), "serve", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, env={**os.environ, "CARE_ACT_HOME": folder, **named}, stdout=subprocess.DEVNULL
        )
        try:
            _wait(process, port)
            yield Server(port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise CareActError("The server did not start. Run `care-act serve` to see why.")


def known_answers(server: Server, questions: Sequence[str]) -> dict[str, str]:
    """What each question is answered with when nobody else is asking."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    return {
        question: _told(server.ask(connection, {"question": question}, f"198.51.100.{n % 250}")[1])
        for n, question in enumerate(questions)
    }


def crowd(server: Server, known: Mapping[str, str], people: int, seconds: float, pause: float) -> Tally:
    """Many people at once, each asking again and again with a pause between; every reply is held to the known one."""
    tally, lock, until = Tally(), threading.Lock(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=_person, args=(server, known, n, until, pause, tally, lock)) for n in range(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _person(
    server: Server, known: Mapping[str, str], n: int, until: float, pause: float, tally: Tally, lock: threading.Lock
) -> None:
    questions = list(known)
    turn = n * 97 % len(questions)  # a prime, so that people do not ask the same things at the same time
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    time.sleep(pause * n / 97 % pause if pause else 0)  # people do not all begin in the same instant
    while time.monotonic() < until:
        question, turn = questions[turn % len(questions)], turn + 1
        began = time.perf_counter()
        try:
            status, told = server.ask(connection, {"question": question}, f"203.0.113.{n}")
        except (OSError, http.client.HTTPException, ValueError):
            with lock:
                tally.lost += 1
            connection.close()
            continue
        took = time.perf_counter() - began
        with lock:
            if status == 429:
                tally.refused += 1
            elif status != 200 or _told(told) != known[question]:
                tally.wrong += 1
            else:
                tally.times.append(took)
                tally.inside.append(told["timings_ms"]["total"] / 1000)
        time.sleep(pause)


def memory_over(server: Server, questions: Sequence[str], count: int, people: int = 4) -> Iterator[tuple[int, float]]:
    """Ask `count` questions in ten parts; after each, how many were asked and the megabytes the server holds."""
    part = count // 10
    for done in range(part, count + 1, part):
        threads = [
            threading.Thread(target=_ask_many, args=(server, questions, n, part // people)) for n in range(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield done, server.memory()


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds after some minutes of a soak, and what became of all questions until then."""

    minutes: float
    replies: int
    lost: int
    wrong: int
    megabytes: float
    handles: int

    def __str__(self) -> str:
        return (
            f"after {self.minutes:5.1f} min: {self.replies:6d} replies, {self.lost} lost, {self.wrong} wrong; "
            f"{self.megabytes:.0f} MB, {self.handles} file handles"
        )


def soak(
    server: Server, known: Mapping[str, str], minutes: float, people: int = SOAKERS, parts: int = 12
) -> Iterator[Held]:
    """Ask for minutes at about half the rate the server can bear; what it holds at the start and after each part."""
    full = crowd(server, known, people, TRIAL_SECONDS, 0)
    pause = 2 * people * TRIAL_SECONDS / max(1, len(full.times))
    replies, lost, wrong = 0, 0, 0
    yield Held(0, 0, 0, 0, server.memory(), server.handles())
    for part in range(1, parts + 1):
        tally = crowd(server, known, people, 60 * minutes / parts, pause)
        replies, lost, wrong = replies + len(tally.times), lost + tally.lost, wrong + tally.wrong
        yield Held(part * minutes / parts, replies, lost, wrong, server.memory(), server.handles())


def _ask_many(server: Server, questions: Sequence[str], n: int, count: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/api/conversation", b"", {"X-Forwarded-For": f"203.0.113.{n}"})
    conversation = json.loads(connection.getresponse().read())["conversation"]
    for turn in range(count):
        body = {"question": questions[(turn * 7 + n) % len(questions)], "conversation": conversation}
        status, _ = server.ask(connection, body, f"203.0.113.{n}")
        if status != 200:
            raise CareActError(f"The server answered {status} in the middle of the run.")


def _told(answer: Mapping[str, Any]) -> str:
    """What of an answer must be the same for everybody who asks it."""
    return json.dumps([answer.get("status"), answer.get("text"), answer.get("sources")], sort_keys=True)
