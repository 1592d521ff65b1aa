"""Slips in shared memory that say which messages have not left yet, and the line that tears one up as the last byte goes.

A message and the note that it left cannot be one act: a process killed between them either loses the message or says it
twice. So the two are brought as close as they can be. A store into a mapped file outlives `kill -9` as soon as it is done,
without asking the kernel for anything, and no other thread of Python can run between it and the call that sends the byte.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import mmap
import os
import select
import ssl
import struct
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpcore

log = logging.getLogger("care_act.telegram")

_SLIP = struct.Struct("<qqB7x")  # the update, which message of its answer, and whether this message is still here
_STATE = 16  # where the state stands in a slip
_FREE, _HELD, _GONE = 0, 1, 2


class Slips:
    """One slip for each message that may be on its way at once."""

    def __init__(self, path: Path, many: int) -> None:
        """Takes over what an earlier process left in the file, which is made when it is not there.

        Where the file cannot be used, or a process that is alive holds it, slips are kept in memory alone.
        """
        self.never_left: frozenset[tuple[int, int]] = frozenset()
        self._file, self._lock, self._free = -1, threading.Lock(), list(range(many))
        size = many * _SLIP.size
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, size)
            with path.open(
                "r+b"
            ) as mapped:  # opened again: a map holds on to its file, and the lock must end with `close`
                self._memory = mmap.mmap(mapped.fileno(), size)
        except OSError as exc:
            log.warning("%s cannot be used (%s): who kills the bot may lose a message", path, exc.strerror)
            self._memory = mmap.mmap(-1, size)
        else:
            left = [_SLIP.unpack_from(self._memory, n * _SLIP.size) for n in range(many)]
            self.never_left = frozenset((update, message) for update, message, state in left if state == _HELD)

    def clear(self) -> None:
        """Drop what an earlier process left, once it is known elsewhere."""
        self._memory[:] = bytes(len(self._memory))

    @contextlib.contextmanager
    def slip(self, update: int, message: int) -> Iterator[Slip]:
        """A slip that says the message is still here, until it leaves or the block ends."""
        with self._lock:
            n = self._free.pop()
        slip = Slip(self._memory, n * _SLIP.size)
        slip.write(update, message)
        try:
            yield slip
        finally:
            slip.state = _FREE
            with self._lock:
                self._free.append(n)

    def close(self) -> None:
        """Let go of the file. A thread that still sends may go on with its slip."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Slip:
    """Says of one message whether it is still here."""

    def __init__(self, memory: mmap.mmap, at: int) -> None:
        self.memory, self.at, self.body_next = memory, at, False

    @property
    def state(self) -> int:
        """Free, held or gone."""
        return self.memory[self.at + _STATE]

    @state.setter
    def state(self, state: int) -> None:
        self.memory[self.at + _STATE] = state

    def write(self, update: int, message: int) -> None:
        """Say that a message is still here: the state last, so that a slip is never half written."""
        self.state = _FREE
        _SLIP.pack_into(self.memory, self.at, update, message, _FREE)
        self.state = _HELD

    def came_back(self) -> None:
        """Say that a message was refused, and so is still here."""
        self.state = _HELD


CARRIED = threading.local()  # `.slip`: of the message that this thread sends


class LastByte(httpcore.NetworkBackend):
    """Connections that send the last byte of a message apart, and tear up its slip in the same breath."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """A connection to a socket of this machine."""
        return _Stream(self._inner.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        slip: Slip | None = getattr(CARRIED, "slip", None)
        if slip is None or not slip.body_next:
            return self._inner.write(buffer, timeout)
        slip.body_next = False
        self._inner.write(buffer[:-1], timeout)
        sock, tls = self._inner.get_extra_info("socket"), self._inner.get_extra_info("ssl_object")
        if (
            tls is not None and tls is not sock
        ):  # encryption within encryption, through a proxy: the socket knows no letters
            slip.state = _GONE
            return self._inner.write(buffer[-1:], timeout)
        try:
            _tear_up_and_send(slip, sock, buffer[-1:], timeout)
        except TimeoutError as exc:
            raise httpcore.WriteTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _tear_up_and_send(slip: Slip, sock: Any, last: bytes, timeout: float | None) -> None:
    """Send the last byte. Raises OSError when it did not go.

    This thread has had its turn only since the write before, and Python takes a turn from no thread so soon. A socket
    with a time-out would first wait for room and give the turn away meanwhile, so this one is told not to wait.
    """
    memory, state, send = slip.memory, slip.at + _STATE, sock.send
    while True:
        sock.settimeout(0)
        try:
            memory[state] = _GONE
            send(last)
            return
        except OSError as exc:
            memory[state] = _HELD
            if not isinstance(exc, BlockingIOError | ssl.SSLWantWriteError | ssl.SSLWantReadError):
                raise
        if not select.select([], [sock], [], timeout)[1]:
            raise TimeoutError("the last byte could not be written")
