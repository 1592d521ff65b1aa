"""Which updates were answered, and how far, kept where the conversations are kept: numbers only, no chat and no words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.database import Database
from assistant.errors import ConversationsUnavailable

KEPT = 3 * 24 * 3600.0  # seconds: Telegram keeps an update that nobody acknowledged for one day
_SWEEP_EVERY = 3600.0
_TRIES = 3

_tables = sa.MetaData()
_update = sa.Table(
    "telegram_update",
    _tables,
    sa.Column("bot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)


@dataclass(slots=True)
class Delivery:
    """The answer to one update on its way. `before` messages of it had left when an earlier process ended."""

    update_id: int
    before: int = 0
    sent: int = 0


# The delivery the running task works on: read where a message leaves for Telegram, which is far below the handlers.
CURRENT: ContextVar[Delivery | None] = ContextVar("telegram_delivery", default=None)


class Ledger:
    """The updates of one bot. Every method raises ConversationsUnavailable when the database cannot be used."""

    def __init__(self, url: str, bot: int, clock: Callable[[], float] = time.time) -> None:
        self._database, self._bot, self._clock, self._swept = Database(url, _tables), bot, clock, 0.0

    def delivery(self, update_id: int) -> Delivery | None:
        """Where the answer to an update stands; None when it is done."""
        asked = sa.select(_update.c.sent, _update.c.done).where(_update.c.bot == self._bot, _update.c.id == update_id)
        with self._database.reading() as connection:
            row = connection.execute(asked).first()
        if row is None:
            return Delivery(update_id)
        return None if row.done else Delivery(update_id, row.sent)

    def mark(self, update_id: int, sent: int, done: bool = False) -> None:
        """Keep how many messages of an answer have left, and whether that was all."""
        now = self._clock()
        told = {"sent": sent, "done": done, "at": now}
        row = self._database.insert(_update).values(bot=self._bot, id=update_id, **told)
        for _ in range(_TRIES - 1):
            with suppress(ConversationsUnavailable):  # the conversations may be writing in the same file just now
                return self._write(row, told, now)
        return self._write(row, told, now)

    def take_back(self, messages: Iterable[tuple[int, int]]) -> None:
        """Of messages (an update, and which of its answer) that were noted as the last to leave: note that they did not."""
        with self._database.writing() as connection:
            for update_id, message in messages:
                noted = sa.and_(_update.c.bot == self._bot, _update.c.id == update_id, _update.c.sent == message)
                connection.execute(sa.update(_update).where(noted, ~_update.c.done).values(sent=message - 1))

    def _write(self, row: Any, told: dict[str, Any], now: float) -> None:
        with self._database.writing() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["bot", "id"], set_=told))
            if now - self._swept > _SWEEP_EVERY:
                self._swept = now
                connection.execute(sa.delete(_update).where(_update.c.at < now - KEPT))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
