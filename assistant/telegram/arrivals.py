"""What comes from a chat: words are questions, commands are obeyed, anything else gets a kind word and is not opened."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus

from assistant.telegram import layout, words
from assistant.telegram.commands import Command
from assistant.telegram.forms import Forms
from assistant.telegram.memory import Memory
from assistant.telegram.pace import Pace
from assistant.telegram.questions import Questions
from assistant.telegram.sending import Outbox
from assistant.telegram.taps import Taps, acknowledge
from assistant.telegram.where import Where, addressed, where, without_name

log = logging.getLogger("care_act.telegram")

Handler = Callable[[Update, Any], Coroutine[Any, Any, None]]
_AWAY = {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}
_KINDS = {
    "voice": "voice",
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "animation": "video",  # stands before document: Telegram sends an animation as both
    "photo": "photo",
    "sticker": "sticker",
    "document": "document",
    "contact": "contact",
    "venue": "location",
    "location": "location",
    "poll": "poll",
}


class Arrivals:
    """Gives each thing that happened to the one who answers it."""

    def __init__(
        self,
        questions: Questions,
        forms: Forms,
        taps: Taps,
        memory: Memory,
        outbox: Outbox,
        pace: Pace,
        me: tuple[int, str],
    ) -> None:
        """`me` is the bot's own number and its name without the @."""
        self._questions, self._forms, self._taps = questions, forms, taps
        self._memory, self._outbox, self._pace = memory, outbox, pace
        self._id, self._username = me

    def obeying(self, name: str, command: Command) -> Handler:
        """A handler that gives a command what was written after it."""

        async def obey(update: Update, _: object) -> None:
            message = update.message
            if message is not None:
                at = where(message, update.update_id)
                # Numbers to call and deleting what is kept never wait.
                if name in {"urgent", "forget", "stop"} or await self._unhurried(at):
                    await command(at, " ".join((message.text or "").split()[1:]))

        return obey

    async def wrote(self, update: Update, _: object) -> None:
        """A message of words, or of something else with words under it, or of neither."""
        message = update.message
        if message is None or not self._for_us(message):
            return
        at = where(message, update.update_id)
        if not await self._unhurried(at):
            return
        text = without_name(message.text or message.caption or "", self._username)
        if not text:
            kind = next((kind for part, kind in _KINDS.items() if getattr(message, part)), "")
            said = words.NOT_READ[kind] if kind else words.NOT_READ["other"]
            await self._outbox.send(at.chat, layout.lines(words.EMPTY if message.text else said), reply_to=at.message)
        elif not await self._forms.wrote(at, text):
            await self._forms.ask(at, text, words.CAPTION if message.caption else "")

    async def edited(self, update: Update, _: object) -> None:
        """A message that was changed is answered as it now stands, unless nothing that counts changed."""
        message = update.edited_message
        if message is None or not message.text or message.text.startswith("/") or not self._for_us(message):
            return  # a location on the move and a photo with another caption come as edits too
        at = where(message, update.update_id)
        text = without_name(message.text, self._username)
        if text and await self._unhurried(at) and not await self._questions.unchanged(at, text):
            await self._forms.ask(at, text, words.EDITED)

    async def unknown_command(self, update: Update, _: object) -> None:
        """A command nobody has: said so, except in a group, where it may be another bot's."""
        message = update.message
        if message is not None and self._for_us(message):
            at = where(message, update.update_id)
            if await self._unhurried(at):
                await self._outbox.send(at.chat, layout.lines(words.UNKNOWN_COMMAND), reply_to=at.message)

    async def tapped(self, update: Update, _: object) -> None:
        """A button was tapped."""
        query = update.callback_query
        if query is None or query.message is None:
            return
        message = query.message if isinstance(query.message, Message) else None
        chat = query.message.chat
        at = Where(chat.id, chat.type != "private", message.message_id if message else None, update.update_id)
        if self._pace.allows(at.chat):
            await self._taps.tapped(at, query)
        else:
            await acknowledge(query, words.TOO_MANY, alert=True)

    async def member(self, update: Update, _: object) -> None:
        """The bot was blocked or put out: what is kept goes. It was let into a group: it says how it can be asked."""
        change = update.my_chat_member
        if change is None:
            return
        if change.new_chat_member.status in _AWAY:
            await self.gone(change.chat.id)
        elif change.chat.type in {"group", "supergroup"} and _was_away(change):
            await self._outbox.send(change.chat.id, layout.lines(words.JOINED))

    async def migrated(self, update: Update, _: object) -> None:
        """A group got a new number."""
        message = update.message
        if message is not None and message.migrate_to_chat_id is not None:
            await self._memory.move(message.chat_id, message.migrate_to_chat_id)

    async def gone(self, chat: int) -> None:
        """Forget a chat that cannot be written to any more."""
        self._forms.drop(chat)
        await self._memory.forget(chat)

    def _for_us(self, message: Message) -> bool:
        if message.from_user is not None and message.from_user.is_bot:
            return False
        return message.chat.type == "private" or addressed(message, self._id, self._username)

    async def _unhurried(self, at: Where) -> bool:
        if self._pace.allows(at.chat):
            return True
        if self._pace.should_tell(at.chat):
            await self._outbox.send(at.chat, layout.lines(words.TOO_MANY))
        return False


def _was_away(change: ChatMemberUpdated) -> bool:
    return change.old_chat_member.status in _AWAY
