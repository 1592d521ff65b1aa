"""Asks Telegram for updates; an update is acknowledged only once it is answered."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

from telegram.error import Conflict, InvalidToken, TelegramError

from assistant.errors import TelegramUnavailable
from assistant.telegram.bot import ALLOWED, POLL_WAITS, CareActBot
from assistant.telegram.sending import asked_to_wait

log = logging.getLogger("care_act.telegram")

_WHILE_BUSY = 0.25  # seconds between polls when something is unfinished: Telegram then answers a poll at once
_BREATH = 0.05
_LONGEST_PAUSE = 30.0
_CONFLICTS = 10  # polls in a row refused because another process polls: an old one may need a moment to end


async def run_polling(bot: CareActBot, stop: asyncio.Event) -> None:
    """Run a bot until `stop` is set. Raises TelegramUnavailable when it cannot start or another process polls."""
    try:
        await bot.start()
        await bot.bot.delete_webhook()
        log.info("polling")
        asking, stopping = asyncio.create_task(_poll(bot)), asyncio.create_task(stop.wait())
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asking, stopping):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asking
    finally:
        await _last_poll(bot)
        await bot.stop()


async def run_until_signalled(bot: CareActBot) -> None:
    """Run a bot until Ctrl-C or SIGTERM; what is under way is finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_polling(bot, stop)


async def _poll(bot: CareActBot) -> None:
    pause, conflicts, intake = 1.0, 0, bot.intake
    while True:
        try:
            waits = 0 if intake.busy else POLL_WAITS
            updates = await bot.bot.get_updates(intake.offset() or None, timeout=waits, allowed_updates=ALLOWED)
        except InvalidToken as exc:
            raise TelegramUnavailable("Telegram no longer knows this token. Get a new one from @BotFather.") from exc
        except Conflict as exc:
            conflicts += 1
            if conflicts >= _CONFLICTS:
                raise TelegramUnavailable(
                    "Another process asks Telegram for this bot's messages. Stop it, then start this one again."
                ) from exc
            await asyncio.sleep(1)
        except TelegramError as exc:
            wait = max(pause, asked_to_wait(exc))
            log.warning("Telegram was not reached (%s); asking again in %.0f s", type(exc).__name__, wait)
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            pause, conflicts = 1.0, 0
            intake.take(updates)
            if intake.busy:
                await asyncio.sleep(_BREATH)
                await intake.progressed(_WHILE_BUSY)


async def _last_poll(bot: CareActBot) -> None:
    """Finish what is under way and acknowledge it, so that it does not come again after the next start."""
    await bot.intake.drain()
    if offset := bot.intake.offset():
        with suppress(TelegramError):
            await bot.bot.get_updates(offset, limit=1, timeout=0, allowed_updates=ALLOWED)
