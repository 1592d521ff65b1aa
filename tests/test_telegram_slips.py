"""A slip says of a message whether it is still here, to its last byte; a process killed at any moment leaves it true."""

from __future__ import annotations

import asyncio
import logging
import mmap
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpcore
import pytest
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from assistant.telegram.ledger import Delivery, Ledger
from assistant.telegram.line import AnsweringLine
from assistant.telegram.slips import CARRIED, LastByte, Slip, Slips

log = logging.getLogger(__name__)
MESSAGE = RequestData([RequestParameter("text", "Your council must assess you. " * 40, [])])


class Taker:
    """A server that keeps every byte it gets and answers each whole request."""

    def __init__(self) -> None:
        self.got, self.whole = bytearray(), list[str]()  # every byte, and the path of each whole request
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._take, args=(self._listening.accept()[0],), daemon=True).start()

    def _take(self, connection: socket.socket) -> None:
        waiting = b""
        with suppress(OSError), connection:
            while data := connection.recv(65536):
                self.got += data
                waiting += data
                head, _, body = waiting.partition(b"\r\n\r\n")
                told = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
                if told and len(body) == int(told[0].split(b":")[1]):
                    waiting = b""
                    self.whole.append(head.split(b" ")[1].decode())
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def taker() -> Iterator[Taker]:
    with closing(Taker()) as server:
        yield server


class Watched(Slip):
    """A slip that looks at what has arrived at the moment it is torn up."""

    def __init__(self, taker: Taker) -> None:
        super().__init__(mmap.mmap(-1, 24), 0)
        self.memory, self.seen = self, list[bytes]()  # type: ignore[assignment]  # stands in for the memory, to watch it
        self._taker = taker
        self.body_next = True

    def __setitem__(self, _: int, state: int) -> None:
        time.sleep(0.1)
        self.seen.append(bytes(self._taker.got))


def test_the_slip_is_torn_up_when_all_but_the_last_byte_has_arrived(taker: Taker) -> None:
    slip = Watched(taker)

    def trace(event: str, _: dict[str, object]) -> None:
        if event == "http11.send_request_body.started":
            CARRIED.slip = slip

    with httpcore.ConnectionPool(network_backend=LastByte()) as pool:
        try:
            pool.request("POST", taker.address, content=b"0123456789", extensions={"trace": trace})
        finally:
            CARRIED.slip = None
    [seen] = slip.seen
    assert seen.endswith(b"\r\n\r\n012345678")
    assert bytes(taker.got).endswith(b"0123456789")


def test_the_next_process_learns_what_never_left(tmp_path: Path) -> None:
    first = Slips(tmp_path / "slips", 4)
    with first.slip(7, 1), first.slip(8, 2) as gone, first.slip(9, 1) as refused:
        gone.state = refused.state = 2
        refused.came_back()
        first.close()  # as a kill does
        second = Slips(tmp_path / "slips", 4)
    assert second.never_left == {(7, 1), (9, 1)}
    second.clear()
    second.close()
    assert Slips(tmp_path / "slips", 4).never_left == frozenset()


def test_a_slip_is_free_again_when_its_message_was_taken(tmp_path: Path) -> None:
    slips = Slips(tmp_path / "slips", 1)
    for update in range(3):
        with slips.slip(update, 1):
            pass
    slips.close()
    assert Slips(tmp_path / "slips", 1).never_left == frozenset()


def test_a_file_that_a_living_process_holds_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = Slips(tmp_path / "slips", 2)
    with first.slip(7, 1):
        other = Slips(tmp_path / "slips", 2)
        with other.slip(8, 1):
            pass
        assert other.never_left == frozenset()
        assert "cannot be used" in caplog.text
        first.close()
        assert Slips(tmp_path / "slips", 2).never_left == {(7, 1)}


def test_what_never_left_is_taken_back_from_the_ledger_once(tmp_path: Path) -> None:
    with closing(Ledger(f"sqlite:///{tmp_path / 'kept.db'}", 1)) as ledger:
        ledger.mark(7, 2)
        ledger.mark(8, 1, done=True)
        ledger.mark(9, 0)
        for _ in range(2):
            ledger.take_back([(7, 2), (8, 1), (9, 1)])
        assert ledger.delivery(7) == Delivery(7, 1)
        assert ledger.delivery(8) is None
        assert ledger.delivery(9) == Delivery(9, 0)


def test_a_proxy_of_the_environment_is_used(tmp_path: Path, taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", taker.address)
    monkeypatch.setenv("no_proxy", "")
    line = AnsweringLine(lambda *_: None, Slips(tmp_path / "slips", 2), "http://telegram.example")
    line._send("http://telegram.example/bot1/sendMessage", MESSAGE, Delivery(1), 1)
    asyncio.run(line.shutdown())
    assert bytes(taker.got).startswith(b"POST http://telegram.example/bot1/sendMessage HTTP/1.1")


def _send_until_killed(home: Path, address: str) -> None:
    """Messages from six threads while a seventh keeps Python busy, as a bot under load does."""
    ledger, slips = Ledger(f"sqlite:///{home / 'kept.db'}", 1), Slips(home / "slips", 32)
    line = AnsweringLine(lambda delivery, sent: ledger.mark(delivery.update_id, sent), slips, address)

    def send(first: int) -> None:
        for number in range(first, 100_000, 6):
            line._send(f"{address}/{number}", MESSAGE, Delivery(number), 1)

    for first in range(1, 7):
        threading.Thread(target=send, args=(first,)).start()
    while True:
        sum(range(1000))


@contextmanager
def child(home: Path, address: str) -> Iterator[int]:
    pid = os.fork()
    if pid == 0:
        _send_until_killed(home, address)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.mark.slow
def test_killed_at_any_moment_every_message_is_known_to_have_left_or_not(tmp_path: Path) -> None:
    """Kills fall where they fall; the ledger and the slips are then held against what arrived."""
    rng, lost, twice, sent = random.Random(8), list[int](), list[int](), 0
    for kill in range(int(os.environ.get("KILLS", "60"))):
        home = tmp_path / str(kill)
        home.mkdir()
        with closing(Taker()) as taker:
            with child(home, taker.address):
                while len(taker.whole) < 12:
                    time.sleep(0.01)
                time.sleep(rng.uniform(0, 0.1))
            time.sleep(0.2)  # what the kernel still holds arrives
            arrived = {int(path[1:]) for path in taker.whole}
            assert len(arrived) == len(taker.whole)
        ledger, slips = Ledger(f"sqlite:///{home / 'kept.db'}", 1), Slips(home / "slips", 32)
        ledger.take_back(slips.never_left)
        for number in range(1, max(arrived) + 60):
            delivery = ledger.delivery(number)
            assert delivery is not None
            lost += [number] * (delivery.before == 1 and number not in arrived)
            twice += [number] * (delivery.before == 0 and number in arrived)
        sent += len(arrived)
        ledger.close()
        slips.close()
    log.info("%d kills among %d messages: %d lost, %d twice", kill + 1, sent, len(lost), len(twice))
    assert (lost, twice) == ([], [])
