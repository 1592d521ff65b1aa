"""What every request passes: an id, limits of time, careful headers, a count. Plain ASGI, so that a stream stays a stream."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import logs, tracing
from assistant.web.metrics import Metrics
from assistant.web.problems import internal, of_http, problem
from assistant.web.shapes import LONGEST_BODY

log = logging.getLogger("care_act.web")
MOST_HEADERS = 100
BODY_SECONDS, ANSWER_SECONDS = 20.0, 90.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a form of our own page would come with "Origin: null", and be refused
    "cache-control": "no-store",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Wraps an application. Problems it gives itself look like all others."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, body_seconds: float = BODY_SECONDS, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._app, self._metrics = app, metrics
        self._body_seconds, self._answer_seconds = body_seconds, answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._body_seconds)
        self._metrics.in_progress.inc()
        try:
            with logs.request(exchange.id), tracing.spanned("request", request=exchange.id):
                try:
                    await self._within_time(exchange)
                finally:
                    self._note(exchange)
        finally:
            self._metrics.in_progress.dec()

    async def _within_time(self, exchange: _Exchange) -> None:
        """Serve; say so when no answer has begun in time. A thread that works on is left to end by itself."""
        if len(exchange.scope["headers"]) > MOST_HEADERS:
            await exchange.give(problem(431, "Too many headers", f"Send at most {MOST_HEADERS} headers.", exchange.id))
            return
        if int(Headers(scope=exchange.scope).get("content-length", "0")) > LONGEST_BODY:  # before any of it is read
            await exchange.give(of_http(HTTPException(413), exchange.id))
            return
        serving = asyncio.ensure_future(self._app(exchange.scope, exchange.receive, exchange.send))
        done, _ = await asyncio.wait({serving}, timeout=self._answer_seconds)
        if not done and not exchange.started:
            await exchange.give_up(
                504,
                "Too slow",
                "No answer came in time. Please ask again in a minute. If someone is in danger now, call 999.",
            )
        try:
            await serving
        except HTTPException as exc:
            if not exchange.started:
                await exchange.give(of_http(exc, exchange.id))
        except Exception as exc:
            if not exchange.started:
                await exchange.give(internal(exc, exchange.id))
        except asyncio.CancelledError:
            serving.cancel()
            raise

    def _note(self, exchange: _Exchange) -> None:
        """One line and one count a request: the route as we wrote it, never the address or what was sent."""
        route = getattr(exchange.scope.get("route"), "path", "") or "none"
        method = exchange.scope["method"] if exchange.scope["method"] in _METHODS else "other"
        seconds = time.perf_counter() - exchange.began
        self._metrics.requested(method, route, exchange.status, seconds)
        told = {"method": method, "route": route, "status": exchange.status, "ms": round(seconds * 1000, 1)}
        log.info("served", extra=told)


class _Exchange:
    """One request and its response, watched."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, body_seconds: float) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.scope: Scope = {**scope, "state": {**scope.get("state", {}), "request_id": self.id}}
        self.began, self.started, self.status = time.perf_counter(), False, 499
        self._receive, self._send, self._body_until = receive, send, self.began + body_seconds
        self._body_read, self._body_bytes, self._given_up = False, 0, False

    async def receive(self) -> Message:
        """The next piece of the request. Raises HTTPException when the whole is too long, or too slow to come."""
        if self._body_read:
            return await self._receive()  # waits for the person to go away, which may take as long as it likes
        try:
            message = await asyncio.wait_for(self._receive(), max(0.01, self._body_until - time.perf_counter()))
        except TimeoutError:
            raise HTTPException(408) from None
        self._body_bytes += len(message.get("body", b""))
        if self._body_bytes > LONGEST_BODY:
            raise HTTPException(413)
        self._body_read = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """A piece of the response, with the careful headers before the first; nothing once given up."""
        if self._given_up:
            return
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            message.setdefault("headers", [])
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self.id
        await self._send(message)

    async def give(self, response: Callable[[Scope, Receive, Send], Awaitable[Any]]) -> None:
        """Send a response of our own."""
        await response(self.scope, self.receive, self.send)

    async def give_up(self, status: int, title: str, detail: str) -> None:
        """Send a problem in place of what the application would still send."""
        if not self.started:
            await self.give(problem(status, title, detail, self.id))
            self._given_up = True


def request_id(request: Request) -> str:
    """The id of a request."""
    return str(getattr(request.state, "request_id", ""))
