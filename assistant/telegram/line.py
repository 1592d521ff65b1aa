"""The line to Telegram: connections that note what leaves, and patience with its limits."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
from telegram import Update
from telegram.error import NetworkError, TimedOut
from telegram.ext import AIORateLimiter
from telegram.request import HTTPXRequest, RequestData

from assistant.errors import ConversationsUnavailable
from assistant.telegram.ledger import CURRENT, Delivery
from assistant.telegram.slips import CARRIED, LastByte, Slip, Slips

log = logging.getLogger("care_act.telegram")

RETRIES = 5  # times one call waits as long as Telegram asks it to
ANSWER_WAITS = 30.0  # seconds: giving up sooner would send an answer twice that Telegram is slow to confirm
CONNECTIONS = 32
_LEAVES = ("/sendMessage", "/sendDocument")

Note = Callable[[Delivery, int], None]


class AnsweringLine(HTTPXRequest):
    """Connections for everything but polling; notes which messages leave.

    `note(delivery, sent)` is called just before the body of a message is written, and again with one less when it did
    not arrive or was refused. A slip (slips.py) says whether the message is still here, to the last moment. So after
    `kill -9` the next process knows which messages left, and none leaves twice.
    """

    def __init__(self, note: Note, slips: Slips, api: str) -> None:
        waits: dict[str, Any] = {
            "read_timeout": ANSWER_WAITS,
            "write_timeout": ANSWER_WAITS,
            "connect_timeout": 10,
            "pool_timeout": 60,
        }
        super().__init__(connection_pool_size=CONNECTIONS, **waits)
        self._note, self._slips = note, slips
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            proxy=_proxy(api),
            max_connections=CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=LastByte(),
        )
        self._threads = ThreadPoolExecutor(CONNECTIONS, "telegram-send")

    async def shutdown(self) -> None:
        """Close the connections."""
        await super().shutdown()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Make one call. Raises TimedOut or NetworkError."""
        delivery = CURRENT.get()
        if delivery is None or request_data is None or not url.endswith(_LEAVES):
            return await super().do_request(url, method, request_data, *args, **kwargs)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._send, url, request_data, delivery, delivery.sent)
        except httpcore.TimeoutException as exc:
            raise TimedOut from exc
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as exc:
            raise NetworkError(type(exc).__name__) from exc

    def _send(self, url: str, data: RequestData, delivery: Delivery, number: int) -> tuple[int, bytes]:
        """Send one message. If the line breaks after Telegram took it, it goes twice rather than never."""
        status = 0
        with self._slips.slip(delivery.update_id, number) as slip:
            try:
                status, answer = self._posted(url, data, slip, lambda: self._noted(delivery, number))
                return status, answer
            finally:
                if not 200 <= status < 300:
                    slip.came_back()
                    self._noted(delivery, number - 1)

    def _posted(self, url: str, data: RequestData, slip: Slip, leaves: Callable[[], None]) -> tuple[int, bytes]:
        def trace(event: str, _: dict[str, Any]) -> None:
            if event == "http11.send_request_body.started":
                leaves()
                slip.body_next = True

        request = httpx.Request("POST", url, data=data.json_parameters, files=data.multipart_data or None)
        waits = {"connect": 10.0, "read": ANSWER_WAITS, "write": ANSWER_WAITS, "pool": ANSWER_WAITS}
        CARRIED.slip = slip
        try:
            response = self._pool.request(
                "POST",
                url,
                headers=request.headers.raw,
                content=request.read(),
                extensions={"trace": trace, "timeout": waits},
            )
        finally:
            CARRIED.slip = None
        return response.status, response.content

    def _noted(self, delivery: Delivery, sent: int) -> None:
        try:
            self._note(delivery, sent)
        except ConversationsUnavailable as exc:
            log.warning("update %s: %s", delivery.update_id, exc)  # the answer counts more than the note of it


def _proxy(api: str) -> httpcore.Proxy | None:
    """The proxy that the environment names for Telegram, as the library's own connections use it."""
    address = urlsplit(api)
    named = getproxies().get(address.scheme)
    if not named or proxy_bypass(address.netloc):
        return None
    proxy = httpx.Proxy(named)
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth)


class PollingLine(HTTPXRequest):
    """The connection that asks for updates. One the library cannot read comes empty, instead of ending the bot."""

    def __init__(self, waits: float) -> None:
        super().__init__(connection_pool_size=2, read_timeout=waits, pool_timeout=10)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What Telegram answers, with every update in a form that can be read."""
        told = HTTPXRequest.parse_json_payload(payload)
        if isinstance(told.get("result"), list):
            told["result"] = [readable(raw) for raw in told["result"]]
        return told


def readable(raw: dict[str, Any]) -> dict[str, Any]:
    """An update as it came; only its number when Telegram has changed and the library does not know its form."""
    try:
        Update.de_json(copy.deepcopy(raw), None)
    except Exception as exc:  # whatever a new form breaks in the library
        log.warning("update %s cannot be read (%s) and is passed over", raw["update_id"], type(exc).__name__)
        return {"update_id": raw["update_id"]}
    return raw


class Limiter(AIORateLimiter):
    """Keeps to Telegram's limits and waits as long as it asks; only messages take a place in the queue."""

    def __init__(self, rate: float) -> None:
        super().__init__(overall_max_rate=rate, max_retries=RETRIES)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Send a call when the limits allow it."""
        if endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
