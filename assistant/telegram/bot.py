"""The bot as a whole: its parts put together, started, fed with updates, and stopped without losing any."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from telegram import Bot, BotCommand, MenuButtonCommands, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from assistant.errors import BadSetting, ConversationsUnavailable, TelegramUnavailable, where_it_broke
from assistant.settings import Settings
from assistant.telegram import layout, words
from assistant.telegram.arrivals import Arrivals
from assistant.telegram.check_desk import CheckDesk
from assistant.telegram.commands import Commands
from assistant.telegram.forms import Forms
from assistant.telegram.intake import Intake
from assistant.telegram.ledger import Delivery, Ledger
from assistant.telegram.letter_desk import LetterDesk
from assistant.telegram.line import CONNECTIONS, AnsweringLine, Limiter, PollingLine
from assistant.telegram.memory import Memory
from assistant.telegram.pace import Pace
from assistant.telegram.questions import Questions
from assistant.telegram.sending import ChatGone, Outbox
from assistant.telegram.slips import Slips
from assistant.telegram.taps import Taps
from assistant.wiring import House

Context = CallbackContext[Any, Any, Any, Any]
log = logging.getLogger("care_act.telegram")

ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
URGENT = (
    "emergency", "nhs-111", "nhs-111-mental-health", "samaritans", "shout", "domestic-abuse-helpline",
    "mens-advice-line", "hourglass", "police", "find-council",
)  # fmt: skip
WORKERS = 2  # answers made at once: more would only slow each other down on the processor
POLL_WAITS = 25  # seconds Telegram holds a poll open when nothing happens
_NEVER_LOGGED = ("telegram", "httpx", "httpcore")  # what these say can hold the token, or what a person wrote


class CareActBot:
    """One bot. `start`, then feed `intake`, then `stop`; all on one event loop."""

    def __init__(self, house: House, settings: Settings) -> None:
        """Touches no network. Raises BadSetting when there is no usable token."""
        token = settings.telegram_token.get_secret_value()
        number = token.partition(":")[0]
        if not number.isdecimal() or not token.partition(":")[2]:
            raise BadSetting(
                "CARE_ACT_TELEGRAM_TOKEN is not set, or is not a bot's token (digits, a colon, letters). "
                "Ask @BotFather on Telegram for one: /newbot."
            )
        self._house, self._settings = house, settings
        self._slips = Slips(settings.home / f"telegram-{number}.slips", CONNECTIONS)
        self._ledger = Ledger(settings.conversations_url, int(number))
        self._workers = ThreadPoolExecutor(WORKERS, "telegram-answer")
        self._memory = Memory(house.conversations, house.secret)
        api = settings.telegram_api.rstrip("/")
        self._lines = AnsweringLine(self._note, self._slips, api), PollingLine(POLL_WAITS + 10)
        self._app = self._application(token, api)
        self._arrivals: Arrivals | None = None
        self.intake = Intake(self._answer, self._ledger)

    @property
    def bot(self) -> Bot:
        """The library's bot, for polling and webhooks."""
        bot: Bot = self._app.bot
        return bot

    async def start(self) -> None:
        """Learn the bot's own name, and tell Telegram its commands. Raises TelegramUnavailable."""
        for name in _NEVER_LOGGED:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        await asyncio.to_thread(self._take_back)
        try:
            await self._app.initialize()
            await self._introduce()
        except InvalidToken as exc:
            raise TelegramUnavailable(
                "Telegram does not know this token. Copy it again from @BotFather into CARE_ACT_TELEGRAM_TOKEN."
            ) from exc
        except TelegramError as exc:
            raise TelegramUnavailable(
                f"Telegram cannot be reached at {self._settings.telegram_api} ({type(exc).__name__}). "
                "Look at the network, a proxy and CARE_ACT_TELEGRAM_API, then start again: nothing is lost meanwhile."
            ) from exc
        self._put_together()

    async def stop(self) -> None:
        """Finish what is under way, for a while; what does not finish comes again after the next start."""
        await self.intake.drain()
        await self._app.shutdown()
        for line in self._lines:  # open still when the bot could not even start
            await line.shutdown()
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._ledger.close()
        self._slips.close()

    def _application(self, token: str, api: str) -> Application[Any, Any, Any, Any, Any, Any]:
        return (
            ApplicationBuilder()
            .token(token)
            .base_url(f"{api}/bot")
            .base_file_url(f"{api}/file/bot")
            .request(self._lines[0])
            .get_updates_request(self._lines[1])
            .rate_limiter(Limiter(self._settings.telegram_rate))
            .updater(None)  # updates come through our intake, which acknowledges none before it is answered
            .job_queue(None)
            .build()
        )

    def _put_together(self) -> None:
        """Handlers need the bot's own name, which only Telegram knows."""
        bot, house, minutes = self._app.bot, self._house, self._settings.conversation_minutes
        outbox = Outbox(bot, self._memory.move)
        questions = Questions(house.assistant, self._memory, outbox, self._workers, f"https://t.me/{bot.username}")
        urgent = tuple(house.reference.contacts[name] for name in URGENT if name in house.reference.contacts)
        letters = LetterDesk(house.assistant.letters, questions, outbox, minutes)
        forms = Forms(questions, letters, CheckDesk(house.assistant.checks, questions, self._memory, outbox))
        commands = Commands(forms, self._memory, outbox, urgent, minutes)
        taps = Taps(questions, forms, self._memory, outbox)
        pace = Pace(self._settings.rate)
        arrivals = Arrivals(questions, forms, taps, self._memory, outbox, pace, (bot.id, bot.username))
        new = filters.UpdateType.MESSAGE
        for name, command in commands.all().items():
            self._app.add_handler(CommandHandler(name, arrivals.obeying(name, command), filters=new))
        self._app.add_handlers(
            [
                CallbackQueryHandler(arrivals.tapped),
                ChatMemberHandler(arrivals.member, ChatMemberHandler.MY_CHAT_MEMBER),
                MessageHandler(new & filters.StatusUpdate.MIGRATE, arrivals.migrated),
                MessageHandler(new & filters.COMMAND, arrivals.unknown_command),
                MessageHandler(new & ~filters.StatusUpdate.ALL, arrivals.wrote),
                MessageHandler(filters.UpdateType.EDITED_MESSAGE, arrivals.edited),
            ]
        )
        self._app.add_error_handler(self._broke)
        self._arrivals, self._outbox = arrivals, outbox

    def _take_back(self) -> None:
        """What an earlier process noted as leaving and did not send is sent after all."""
        try:
            self._ledger.take_back(self._slips.never_left)
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)
        else:
            self._slips.clear()

    async def _introduce(self) -> None:
        bot = self._app.bot
        await bot.set_my_commands([BotCommand(name, told) for name, told in words.COMMANDS.items()])
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        await bot.set_my_description(words.DESCRIPTION)
        await bot.set_my_short_description(words.SHORT_DESCRIPTION)

    async def _answer(self, update: Update) -> None:
        await self._app.process_update(update)

    async def _broke(self, update: object, context: Context) -> None:
        """What broke is logged without the message, and ends in an apology."""
        if not isinstance(update, Update) or self._arrivals is None or context.error is None:
            return
        chat = update.effective_chat
        if isinstance(context.error, ChatGone):
            log.info("update %s: nobody to answer (%s)", update.update_id, context.error)
            if chat is not None and context.error.for_good:
                await self._arrivals.gone(chat.id)
            return
        log.error("update %s failed: %s", update.update_id, where_it_broke(context.error))
        if chat is not None:
            with suppress(ChatGone, TelegramError):
                await self._outbox.send(chat.id, layout.lines(words.SORRY))

    def _note(self, delivery: Delivery, sent: int) -> None:
        self._ledger.mark(delivery.update_id, sent)
