"""Serving an application on a port. The only door to uvicorn: here its bare refusals become problems too."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assistant.settings import Settings
from assistant.web.problems import MEDIA, Problem

LONGEST_HEAD = 64_000  # bytes of a request's first line and headers
HEAD_SECONDS = 15.0


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that waits `head_seconds` for the headers of a request, and reads `LONGEST_HEAD` bytes of them at most.

    uvicorn alone waits for ever and reads without end, so that a few slow clients could hold every connection.
    """

    head_seconds = HEAD_SECONDS
    _waiting: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; end the connection when its headers have grown too long."""
        before = self._waiting
        super().data_received(data)
        if before is not None and before is self._waiting and not self.transport.is_closing():
            self._head_bytes += len(data)  # all of it was part of headers that are not complete yet
            if self._head_bytes > LONGEST_HEAD:
                self._refuse(431, "The headers of this request are too long.")

    def on_message_begin(self) -> None:
        """A request begins: its headers are waited for."""
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The headers are there; the body has a time limit of its own."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn calls it so; our words are plainer
        """Refuse what is not HTTP."""
        self._refuse(400, "This was not a request that can be read (HTTP/1.1).")

    def _wait(self) -> None:
        self._head_bytes = 0
        self._waiting = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self._refuse(408, "The request did not arrive in time. Send it again.")

    def _refuse(self, status: int, detail: str) -> None:
        self._stop_waiting()
        told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, message=detail, request="")
        body = told.model_dump_json().encode()
        head = f"HTTP/1.1 {status} {told.title}\r\ncontent-type: {MEDIA}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()


def configured(app: FastAPI, **more: Any) -> uvicorn.Config:
    """How an application is served: nothing logged but faults, patient with slow clients up to a point."""
    options: dict[str, Any] = {
        "log_level": "warning",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "ws": "none",
    }
    return uvicorn.Config(app, http=PatientProtocol, **(options | more))


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address on loopback an application answers at, from a thread of this process, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configured(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"  # connections wait in line until the server takes them
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until stopped; requests being answered get ten seconds to end."""
    place = {"host": settings.host, "port": settings.port, "forwarded_allow_ips": settings.proxies}
    uvicorn.Server(configured(app, timeout_graceful_shutdown=10, **place)).run()
