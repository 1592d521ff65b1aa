"""Buttons, and what stands behind them: a verb and short words, at most 64 bytes, that mean the same after a restart."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

MOST_BYTES = 64

Row = Sequence[tuple[str, str]]  # (what it says, its data)


def data(verb: str, *words: str) -> str:
    """The data of a button."""
    joined = ":".join((verb, *words))
    if len(joined.encode()) > MOST_BYTES:
        raise ValueError(f"the data of a '{verb}' button is over {MOST_BYTES} bytes")
    return joined


def read(tapped: str) -> tuple[str, tuple[str, ...]]:
    """The verb and the words of a button."""
    verb, *words = tapped.split(":")
    return verb, tuple(words)


def keyboard(*rows: Row) -> InlineKeyboardMarkup | None:
    """Rows of buttons; nothing when there are none."""
    made = [[InlineKeyboardButton(label, callback_data=tapped) for label, tapped in row] for row in rows if row]
    return InlineKeyboardMarkup(made) if made else None


def label(query: CallbackQuery) -> str:
    """What the button that was tapped says, as Telegram sends it back with the tap; empty when it no longer does."""
    keyboard = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = keyboard.inline_keyboard if keyboard is not None else ()
    return next((button.text for row in rows for button in row if button.callback_data == query.data), "")


def link(label: str, url: str) -> InlineKeyboardMarkup:
    """One button that opens an address."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])
