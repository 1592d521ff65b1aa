"""The line to Telegram: connections that note what leaves, and patience with its limits."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
from telegram import Update
from telegram.ext import AIORateLimiter
from telegram.request import HTTPXRequest

from assistant.errors import ConversationsUnavailable
from assistant.telegram.ledger import CURRENT, Delivery

log = logging.getLogger("care_act.telegram")

RETRIES = 5  # times one call waits as long as Telegram asks it to
ANSWER_WAITS = 30.0  # seconds: giving up sooner would send an answer twice that Telegram is slow to confirm
CONNECTIONS = 64
_LEAVES = ("/sendMessage", "/sendDocument")

Note = Callable[[Delivery, int], Coroutine[Any, Any, None]]


def answering_line(note: Note) -> HTTPXRequest:
    """Connections for everything but polling.

    `note(delivery, sent)` is awaited just before the body of a message is written, and again with one less when
    Telegram refuses it. So after `kill -9` the next process knows which messages left: the gap in which a message could
    be lost is the time between that note and the next write to the socket; none leaves twice.
    """

    async def about_to_leave(request: httpx.Request) -> None:
        delivery = CURRENT.get()
        if delivery is None or not request.url.path.endswith(_LEAVES):
            return
        number = delivery.sent

        async def trace(event: str, _: dict[str, Any]) -> None:
            if event == "http11.send_request_body.started":
                await _noted(note, delivery, number)

        request.extensions["trace"] = trace

    async def answered(response: httpx.Response) -> None:
        delivery = CURRENT.get()
        if delivery is not None and not response.is_success and response.request.url.path.endswith(_LEAVES):
            await _noted(note, delivery, delivery.sent - 1)

    return HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        read_timeout=ANSWER_WAITS,
        write_timeout=ANSWER_WAITS,
        connect_timeout=10,
        pool_timeout=60,
        httpx_kwargs={"event_hooks": {"request": [about_to_leave], "response": [answered]}},
    )


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


async def _noted(note: Note, delivery: Delivery, sent: int) -> None:
    try:
        await note(delivery, sent)
    except ConversationsUnavailable as exc:
        log.warning("update %s: %s", delivery.update_id, exc)  # the answer counts more than the note of it


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
