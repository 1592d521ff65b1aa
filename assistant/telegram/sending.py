"""The one way out: a message leaves once, waits out refusals and broken lines, and goes plain rather than not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from assistant.telegram.ledger import CURRENT
from assistant.telegram.messages import Text

log = logging.getLogger("care_act.telegram")

PATIENCE = 15 * 60.0  # seconds an answer waits for the line to come back
_LONGEST_PAUSE = 30.0
_TYPING_LASTS = 4.5  # seconds: Telegram shows it for five


class ChatGone(Exception):
    """Nothing can be said in a chat: for good (the person blocked the bot, the chat is no more), or for too long."""

    def __init__(self, why: str, for_good: bool = True) -> None:
        super().__init__(why)
        self.for_good = for_good


class Outbox:
    """Sends to chats. Raises ChatGone when a chat cannot be written to any more."""

    def __init__(self, bot: Bot, moved: Callable[[int, int], Awaitable[None]], patience: float = PATIENCE) -> None:
        """`moved(old, new)` is told of a group with a new number."""
        self._bot, self._moved, self._patience = bot, moved, patience

    async def send(
        self, chat: int, texts: Sequence[Text], buttons: InlineKeyboardMarkup | None = None, reply_to: int | None = None
    ) -> None:
        """Send messages in order; the first answers the message `reply_to`, the last carries the buttons."""
        for n, text in enumerate(texts):
            last = n == len(texts) - 1
            await self._text(chat, text, buttons if last else None, reply_to if n == 0 else None)

    async def send_file(self, chat: int, name: str, content: bytes, caption: str) -> None:
        """Send a small file made here."""

        async def call(to: int) -> None:
            await self._bot.send_document(to, InputFile(content, filename=name), caption=caption)

        await self._surely(chat, call)

    @asynccontextmanager
    async def typing(self, chat: int) -> AsyncIterator[None]:
        """Show that an answer is being looked for, until the block ends."""
        task = asyncio.create_task(self._keep_typing(chat))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_typing(self, chat: int) -> None:
        with suppress(TelegramError):  # it is only a courtesy
            while True:
                await self._bot.send_chat_action(chat, "typing")
                await asyncio.sleep(_TYPING_LASTS)

    async def _text(self, chat: int, text: Text, buttons: InlineKeyboardMarkup | None, reply_to: int | None) -> None:
        whole = {
            "entities": text.as_entities(),
            "reply_markup": buttons,
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_parameters": ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
        }
        # What Telegram refuses as it stands goes with less and less around it: the words are what counts.
        attempts: list[dict[str, Any]] = [whole, {"reply_markup": buttons}, {}]

        async def call(to: int) -> None:
            for n, attempt in enumerate(attempts):
                try:
                    await self._bot.send_message(to, text.text, **attempt)
                except BadRequest as exc:
                    if n == len(attempts) - 1 or _about_the_chat(exc):
                        raise
                    log.warning("a formatted message was refused and goes plain")
                else:
                    return

        await self._surely(chat, call)

    async def _surely(self, chat: int, call: Callable[[int], Awaitable[None]]) -> None:
        """Make one message leave, once; one that left before a restart does not leave again."""
        delivery = CURRENT.get()
        if delivery is not None:
            delivery.sent += 1
            if delivery.sent <= delivery.before:
                return
        try:
            await self._patiently(chat, call)
        except Forbidden as exc:
            raise ChatGone("blocked") from exc
        except BadRequest as exc:
            if _about_the_chat(exc):
                raise ChatGone("no such chat") from exc
            raise

    async def _patiently(self, chat: int, call: Callable[[int], Awaitable[None]]) -> None:
        pause, until = 0.5, asyncio.get_running_loop().time() + self._patience
        while True:
            try:
                return await call(chat)
            except ChatMigrated as exc:
                await self._moved(chat, exc.new_chat_id)
                chat = exc.new_chat_id
                continue
            except (BadRequest, Forbidden):
                raise
            except RetryAfter as exc:
                wait = asked_to_wait(exc)
            except NetworkError as exc:  # a broken line, a time-out, or Telegram's own 5xx
                wait, pause = pause, min(pause * 2, _LONGEST_PAUSE)
                log.warning("Telegram was not reached (%s); trying again in %.1f s", type(exc).__name__, wait)
            if asyncio.get_running_loop().time() + wait > until:
                raise ChatGone("Telegram was away for too long", for_good=False)
            await asyncio.sleep(wait)


def asked_to_wait(exc: TelegramError) -> float:
    """The seconds Telegram asks to wait, and a little more; 0 when it asks for none."""
    if not isinstance(exc, RetryAfter):
        return 0.0
    after = exc.retry_after
    return (after if isinstance(after, int) else after.total_seconds()) + 0.1


def _about_the_chat(exc: BadRequest) -> bool:
    """Whether the chat, not the message, is what Telegram refuses."""
    return any(word in exc.message.lower() for word in ("chat not found", "kicked", "deactivated", "not enough rights"))
