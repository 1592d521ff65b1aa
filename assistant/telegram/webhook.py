"""Takes updates that Telegram brings: a route of the web front, or of a small front of its own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from telegram import Update

from assistant.errors import BadSetting
from assistant.settings import Settings
from assistant.telegram.bot import ALLOWED, CareActBot
from assistant.telegram.line import readable
from assistant.telegram.polling import run_polling

log = logging.getLogger("care_act.telegram")

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LONGEST_BODY = 1_000_000  # bytes
_PATIENCE = 50.0  # seconds: Telegram gives up a delivery after about a minute, and brings it again


def webhook_secret(settings: Settings) -> str:
    """What proves that an update comes from Telegram: the one set, or one made from the token."""
    chosen = settings.telegram_secret.get_secret_value()
    token = settings.telegram_token.get_secret_value()
    return chosen or hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()


def join(app: FastAPI, bot: CareActBot, settings: Settings) -> None:
    """Let a bot live and end with a web app: by webhook when its public address is set, by polling otherwise."""
    if settings.telegram_webhook:
        _add_route(app, bot, webhook_secret(settings))
        living = _by_webhook(bot, settings)
    else:
        living = _by_polling(bot)
    before = app.router.lifespan_context

    @asynccontextmanager
    async def both(host: FastAPI) -> AsyncIterator[Any]:
        async with before(host) as state, living:
            yield state

    app.router.lifespan_context = both


def front(bot: CareActBot, settings: Settings) -> FastAPI:
    """A web app with nothing but the bot."""
    app = FastAPI(title="Care Act assistant on Telegram", docs_url=None, redoc_url=None, openapi_url=None)
    join(app, bot, settings)
    return app


def _by_webhook(bot: CareActBot, settings: Settings) -> AbstractAsyncContextManager[None]:
    address = settings.telegram_webhook.rstrip("/")
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise BadSetting("CARE_ACT_TELEGRAM_WEBHOOK must be an https:// address that Telegram can reach.")

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        try:
            await bot.start()
            # An address that ends in our path may be given too.
            url = address if address.endswith(PATH) else address + PATH
            await bot.bot.set_webhook(url, secret_token=webhook_secret(settings), allowed_updates=ALLOWED)
            yield
        finally:
            await bot.stop()

    return living()


@asynccontextmanager
async def _by_polling(bot: CareActBot) -> AsyncIterator[None]:
    stop = asyncio.Event()
    polling = asyncio.create_task(run_polling(bot, stop))
    polling.add_done_callback(_told)
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait({polling})


def _told(polling: asyncio.Task[None]) -> None:
    """The web front goes on without its bot; the log says why."""
    if not polling.cancelled() and (exc := polling.exception()) is not None:
        log.error("the Telegram bot stopped: %s", exc)


def _add_route(app: FastAPI, bot: CareActBot, secret: str) -> None:
    @app.post(PATH, include_in_schema=False)
    async def updates(request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
            return _problem(403, "Forbidden", "Only Telegram may write here, with the secret it was given.")
        try:
            update = Update.de_json(readable(await _body(request)), bot.bot)
        except ValueError:
            return _problem(400, "Not understood", "Send one update of the Telegram Bot API as JSON.")
        (answered,) = bot.intake.take([update])
        # Telegram takes the answer to this request as the acknowledgement, so it comes after the reply.
        done, _ = await asyncio.wait({answered}, timeout=_PATIENCE)
        if not done or answered.cancelled():
            return _problem(503, "Still at work", "Bring this update again.")
        return Response(status_code=200)


async def _body(request: Request) -> dict[str, Any]:
    if int(request.headers.get("content-length", "0")) > _LONGEST_BODY:
        raise ValueError("too long")
    body = await request.json()
    if not isinstance(body, dict) or type(body.get("update_id")) is not int:
        raise ValueError("no update")
    return body


def _problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse(
        {"title": title, "status": status, "detail": detail}, status, media_type="application/problem+json"
    )
