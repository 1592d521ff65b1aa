"""Asks a web server for one document, as a good guest: named, paced, by robots.txt, and only when it changed."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore
from protego import Protego
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from assistant.errors import BadSource
from ingest.fetch.addresses import is_address, sent_on
from ingest.fetch.guard import Guarded
from ingest.limited import LARGEST

NAME = "care-act-assistant"
_REDIRECTS, _ATTEMPTS, _LONGEST_WAIT = 5, 5, 60.0
_SECONDS = 120.0  # for one document, however slowly it comes
_TIMEOUT = {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 10.0}
_BROKE = (
    *(httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError),
    *(httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout),
)
_PERMANENT = {401: "asks for a password", 403: "does not let us in", 404: "has no such page", 410: "has taken it away"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A document as it came; `raw` is empty when it has not changed since it was last fetched."""

    url: str
    raw: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    changed: bool = True


class _Passing(Exception):
    """A fault that may pass. `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class Away(BadSource):
    """A server that cannot be reached at all."""


class Client:
    """One round of asking. `pause` is the least time between two requests to a host; `sleep` and `clock` are for tests."""

    def __init__(
        self,
        contact: str = "",
        private: Iterable[str] = (),
        pause: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = httpcore.ConnectionPool(network_backend=Guarded(private), max_connections=4)
        self._agent = f"{NAME}/0.1 (official texts for an advice library{'; ' + contact if contact else ''})"
        self._pause, self._sleep, self._clock = pause, sleep, clock
        self._robots: dict[str, Protego | None] = {}
        self._next: dict[str, float] = {}
        self._away: set[str] = set()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def get(self, url: str, etag: str = "", last_modified: str = "") -> Reply:
        """The document at an address. Raises BadSource, saying why not and what to do; Away when nothing answers."""
        asked, since = url, {"If-None-Match": etag, "If-Modified-Since": last_modified}
        for _ in range(_REDIRECTS + 1):
            self._allowed(asked)
            reply = self._tried(asked, {name: value for name, value in since.items() if value})
            if isinstance(reply, Reply):
                return reply
            target = sent_on(asked, reply)
            if urlsplit(asked).scheme == "https" and urlsplit(target).scheme != "https":
                raise BadSource(
                    f"{asked} sends on to {target}, which is not encrypted. Give the address it should have."
                )
            asked = target
        raise BadSource(f"{url} sends on more than {_REDIRECTS} times. Give the address it ends at.")

    def _tried(self, url: str, headers: dict[str, str]) -> Reply | str:
        """A reply, or the address it sends on to. Faults that may pass are waited out."""
        host = _host(url)
        if host in self._away:
            raise Away(f"{host} cannot be reached (it did not answer before).")

        def wait(state: RetryCallState) -> float:
            fault = state.outcome.exception() if state.outcome else None
            asked_for = fault.wait if isinstance(fault, _Passing) else 0.0
            return min(_LONGEST_WAIT, max(asked_for, 2.0 ** (state.attempt_number - 1)))

        tries = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait,
            retry=retry_if_exception_type(_Passing),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return tries(self._once, url, headers)
        except _Passing as exc:
            raise BadSource(f"{url} gave nothing whole in {_ATTEMPTS} tries ({exc}). Try again later.") from exc
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol) as exc:
            self._away.add(host)
            raise Away(f"{host} cannot be reached ({str(exc) or type(exc).__name__}).") from exc

    def _once(self, url: str, headers: dict[str, str]) -> Reply | str:
        self._take_turn(_host(url))
        sent = {
            "User-Agent": self._agent,
            "Accept-Encoding": "gzip",
            "Accept": "*/*",
            "Host": urlsplit(url).netloc,
            **headers,
        }
        try:
            with self._pool.stream(
                "GET", url, headers=list(sent.items()), extensions={"timeout": _TIMEOUT}
            ) as response:
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return self._answered(url, response, told)
        except _BROKE as exc:
            raise _Passing(f"the connection broke: {str(exc) or type(exc).__name__}") from exc
        except httpcore.LocalProtocolError as exc:
            raise BadSource(f"{url} is not an address that can be asked ({exc}).") from exc

    def _answered(self, url: str, response: httpcore.Response, told: dict[str, str]) -> Reply | str:
        status = response.status
        if status == 304:
            return Reply(url, b"", changed=False)
        if status in {301, 302, 303, 307, 308} and told.get("location"):
            return told["location"]
        if status in _PERMANENT:
            raise BadSource(
                f"{url}: the server {_PERMANENT[status]} ({status}). Look the page up, and mend its address."
            )
        if status == 202 or status == 429 or status >= 500:
            raise _Passing(f"status {status}", _asked_to_wait(told.get("retry-after", "")))
        if status != 200:
            raise BadSource(f"{url}: the server answered with status {status}, which is no document.")
        raw = self._body(url, response, told.get("content-encoding", "").lower())
        if not raw.strip():
            raise _Passing("an empty answer")
        return Reply(url, raw, told.get("content-type", ""), told.get("etag", ""), told.get("last-modified", ""))

    def _body(self, url: str, response: httpcore.Response, encoding: str) -> bytes:
        """All of the body, within a size and a time. httpcore raises when it ends before its stated length."""
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        parts, size, until = list[bytes](), 0, self._clock() + _SECONDS
        for chunk in response.iter_stream():
            try:
                part = unpack.decompress(chunk, LARGEST + 1 - size) if unpack else chunk
            except zlib.error as exc:
                raise _Passing(f"a packed answer that is damaged: {exc}") from exc
            parts.append(part)
            size += len(part)
            if size > LARGEST or (unpack and unpack.unconsumed_tail):
                raise BadSource(f"{url} is larger than {LARGEST // 1_000_000} MB, and is not read.")
            if self._clock() > until:
                raise _Passing(f"not finished after {_SECONDS:.0f} seconds")
        if unpack and not unpack.eof:
            raise _Passing("a packed answer that was cut off")
        return b"".join(parts)

    def _allowed(self, url: str) -> None:
        """Raises BadSource for an address we may not ask, by its form or by the host's robots.txt."""
        if not is_address(url):
            raise BadSource(
                f"{url} is not a web address that can be asked. Give one that starts with https://, as a browser shows it."
            )
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._rules(origin)
        rules = self._robots[origin]
        if rules is None:
            return
        if not rules.can_fetch(url, NAME):
            raise BadSource(
                f"{origin}/robots.txt asks programs not to fetch {url}. Save the page by hand, and add the file."
            )
        delay = rules.crawl_delay(NAME)
        if delay:
            self._next[parts.netloc] = max(self._next.get(parts.netloc, 0.0), self._clock() + min(float(delay), 30.0))

    def _rules(self, origin: str) -> Protego | None:
        """The rules of a host; None when it has none."""
        asked = f"{origin}/robots.txt"
        for _ in range(_REDIRECTS):
            try:
                reply = self._tried(asked, {})
            except Away:
                raise
            except BadSource as exc:
                if "private address" in str(exc) or "in 5 tries" in str(exc):
                    raise
                return None  # 404 and its like: no rules
            if isinstance(reply, Reply):
                return Protego.parse(reply.raw[:500_000].decode("utf-8", "replace"))
            asked = sent_on(asked, reply)
        return None

    def _take_turn(self, host: str) -> None:
        wait = self._next.get(host, 0.0) - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next[host] = self._clock() + self._pause


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _asked_to_wait(value: str) -> float:
    """Seconds of a Retry-After header, which may be a number or a date."""
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
