"""Where a message came from, and whether it is meant for the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Message
from telegram.constants import ChatType


@dataclass(frozen=True, slots=True)
class Where:
    """A chat, and the message in it that is answered. `update` numbers what happened."""

    chat: int
    group: bool
    message: int | None
    update: int


def where(message: Message, update: int) -> Where:
    """Where a message stands."""
    return Where(message.chat_id, message.chat.type != ChatType.PRIVATE, message.message_id, update)


def addressed(message: Message, bot: int, username: str) -> bool:
    """Whether a message in a group is for the bot: it names the bot, or answers one of its messages."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == bot:
        return True
    return _name(username).search(message.text or message.caption or "") is not None


def without_name(text: str, username: str) -> str:
    """The text without the bot's own name."""
    return " ".join(_name(username).sub(" ", text).split(" ")).strip()


def _name(username: str) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
