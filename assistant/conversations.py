"""What was said before, kept briefly, and what people thought of the answers.

A conversation is one sealed row (`assistant.sealing`). So the file alone, a backup or a page the database has not yet
cleaned tells nobody what was said.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from assistant.database import Database
from assistant.privacy import redact
from assistant.sealing import row_of, seal_of

MOST_SAID = 10  # messages of a conversation
LONGEST_SAID = 4_000  # characters of one message; a follow-up is read with far fewer
LONGEST_WHY = 500  # characters of a reason
_SWEEP_EVERY = 60.0  # seconds

_tables = sa.MetaData()
_conversation = sa.Table(
    "conversation",
    _tables,
    sa.Column("row", sa.String(64), primary_key=True),
    sa.Column("touched", sa.Float, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
_feedback = sa.Table(
    "feedback",
    _tables,
    sa.Column("answer", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("useful", sa.Boolean, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
)
_unanswered = sa.Table(
    "unanswered",
    _tables,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("status", sa.String(40), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

# Made once: to build a statement, and to find it among those SQLAlchemy has compiled, took as long as to run it.
_FIND = sa.select(_conversation.c.touched, _conversation.c.sealed).where(_conversation.c.row == sa.bindparam("wanted"))
_FIND_AND_HOLD = _FIND.with_for_update()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person thought of one answer. `question` is there only when they agreed to it being kept."""

    answer: str
    day: str
    useful: bool
    why: str
    subject: str
    question: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """How often, on one day, a subject ended without an answer, and how."""

    subject: str
    status: str
    day: str
    count: int


@dataclass(frozen=True, slots=True)
class _Talk:
    said: tuple[str, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)


class Conversations:
    """What each conversation said and where it stands, for `minutes` after the last word. Safe to share by threads.

    Every method raises ConversationsUnavailable when the database is locked, full, damaged or away.
    """

    def __init__(self, url: str, minutes: float = 30, clock: Callable[[], float] = time.time) -> None:
        """`url` is SQLAlchemy's, such as `sqlite:///var/conversations.db`. Nothing is opened until it is needed."""
        self._seconds, self._clock, self._swept = minutes * 60, clock, 0.0
        self._database = Database(url, _tables)
        named = self._database.insert(_conversation).values(row=sa.bindparam("wanted"))
        self._begin = named.values(touched=0.0, sealed=b"").on_conflict_do_nothing()
        changed = {"touched": named.excluded.touched, "sealed": named.excluded.sealed}
        self._put = named.on_conflict_do_update(index_elements=["row"], set_=changed)

    def said(self, key: str) -> tuple[str, ...]:
        """The person's earlier messages, oldest first, without personal details; nothing once it has expired."""
        return self._read(key).said

    def remember(self, key: str, message: str) -> None:
        """Keep a message; personal details are taken out first."""
        kept = redact(message)[:LONGEST_SAID]
        self._change(key, lambda talk: _Talk((*talk.said, kept)[-MOST_SAID:], talk.state))

    def state(self, key: str) -> dict[str, Any]:
        """Where the conversation stands, as the channel kept it; empty once it has expired."""
        return self._read(key).state

    def keep(self, key: str, state: dict[str, Any]) -> None:
        """Keep where the conversation stands, in place of what was kept before."""
        self._change(key, lambda talk: _Talk(talk.said, state))

    def forget(self, key: str) -> None:
        """Delete a conversation; nothing of it stays in the bytes of the file."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(_conversation).where(_conversation.c.row == row_of(key)))
        self._database.clean()

    def feedback(self, answer_id: str, useful: bool, why: str = "", subject: str = "", question: str = "") -> None:
        """What a person thought of an answer; a second thought replaces the first.

        Give `question` only when the person agreed that it is kept.
        """
        told = {
            "day": self._day(),
            "useful": useful,
            "why": redact(why)[:LONGEST_WHY],
            "subject": subject,
            "question": redact(question)[:LONGEST_SAID],
        }
        row = self._database.insert(_feedback).values(answer=answer_id, **told)
        with self._database.writing() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["answer"], set_=told))

    def unanswered(self, subject: str, status: str) -> None:
        """Count a question that ended without an answer: its subject, never its words."""
        row = self._database.insert(_unanswered).values(subject=subject, status=status, day=self._day(), count=1)
        again = {"count": _unanswered.c.count + 1}
        with self._database.writing() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["subject", "status", "day"], set_=again))

    def opinions(self, most: int = 500) -> tuple[Opinion, ...]:
        """What people thought, newest day first."""
        rows = sa.select(_feedback).order_by(_feedback.c.day.desc(), _feedback.c.answer).limit(most)
        with self._database.reading() as connection:
            return tuple(Opinion(**row._mapping) for row in connection.execute(rows))

    def opinion(self, answer_id: str) -> Opinion | None:
        """What was thought of one answer; None when nobody said."""
        row = sa.select(_feedback).where(_feedback.c.answer == answer_id)
        with self._database.reading() as connection:
            found = connection.execute(row).first()
        return Opinion(**found._mapping) if found else None

    def unanswered_counts(self, most: int = 500) -> tuple[Unanswered, ...]:
        """What could not be answered, newest day and most frequent first."""
        table = _unanswered.c
        rows = sa.select(_unanswered).order_by(table.day.desc(), table["count"].desc(), table.subject).limit(most)
        with self._database.reading() as connection:
            return tuple(Unanswered(**row._mapping) for row in connection.execute(rows))

    def sweep(self) -> None:
        """Delete every conversation that has expired."""
        self._swept = self._clock()
        with self._database.writing() as connection:
            gone = connection.execute(sa.delete(_conversation).where(_conversation.c.touched < self._oldest()))
        if gone.rowcount:
            self._database.clean()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _read(self, key: str) -> _Talk:
        with self._database.reading() as connection:
            found = connection.execute(_FIND, {"wanted": row_of(key)}).first()
        return self._opened(key, found)

    def _change(self, key: str, change: Callable[[_Talk], _Talk]) -> None:
        if self._clock() - self._swept > _SWEEP_EVERY:
            self.sweep()
        row = {"wanted": row_of(key)}
        with self._database.writing() as connection:
            if not self._database.one_writer:
                # A row to lock is there first, so that two tabs writing at once both have their message kept.
                connection.execute(self._begin, row)
            talk = change(self._opened(key, connection.execute(_FIND_AND_HOLD, row).first()))
            sealed = seal_of(key).encrypt(json.dumps([talk.said, talk.state]).encode())
            connection.execute(self._put, row | {"touched": self._clock(), "sealed": sealed})

    def _opened(self, key: str, found: Any) -> _Talk:
        if found is None or not found.sealed or found.touched < self._oldest():
            return _Talk()
        try:
            said, state = json.loads(seal_of(key).decrypt(bytes(found.sealed)))
        except (InvalidToken, ValueError):  # a row nobody can open is as good as none
            return _Talk()
        return _Talk(tuple(said), state)

    def _oldest(self) -> float:
        return self._clock() - self._seconds

    def _day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
