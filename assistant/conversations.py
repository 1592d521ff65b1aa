"""What was said before, kept briefly, and what people thought of the answers.

A conversation is one row, sealed with a key made from its own name (`conversation_key`),
and the row is found by a digest of that name. So the file alone, a backup or a page the database has not yet cleaned
tells nobody what was said: only a caller who knows the channel, the identity and the secret can open a row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from assistant.database import Database
from assistant.errors import ConversationsUnavailable
from assistant.privacy import redact

MOST_SAID = 10  # messages of a conversation
LONGEST_SAID = 4_000  # characters of one message; a follow-up is read with far fewer
LONGEST_WHY = 500  # characters of a reason
_SWEEP_EVERY = 60.0  # seconds
_SECRET_BYTES = 32

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


def conversation_key(channel: str, identity: str, secret: bytes) -> str:
    """The name of a conversation: a keyed hash that gives away neither the channel nor who is talking."""
    return hmac.new(secret, json.dumps([channel, identity]).encode(), hashlib.sha256).hexdigest()


def conversation_secret(home: Path) -> bytes:
    """The secret of `conversation_key`, made once under `home` and readable by its owner only."""
    path = home / "conversations.secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = home / f".{path.name}.{secrets.token_hex(8)}"
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                out.write(secrets.token_bytes(_SECRET_BYTES))
            try:
                os.link(fresh, path)  # unlike a rename, never replaces the secret another process has just made
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        secret = path.read_bytes()
    except OSError as exc:
        raise ConversationsUnavailable(
            f"The secret of the conversations in {home} cannot be read or made ({exc.strerror}). Make the folder writable."
        ) from exc
    if len(secret) != _SECRET_BYTES:
        raise ConversationsUnavailable(f"{path} is damaged. Remove it: conversations in progress are then forgotten.")
    return secret


class Conversations:
    """What each conversation said and where it stands, for `minutes` after the last word. Safe to share by threads.

    Every method raises ConversationsUnavailable when the database is locked, full, damaged or away.
    """

    def __init__(self, url: str, minutes: float = 30, clock: Callable[[], float] = time.time) -> None:
        """`url` is SQLAlchemy's, such as `sqlite:///var/conversations.db`. Nothing is opened until it is needed."""
        self._seconds, self._clock, self._swept = minutes * 60, clock, 0.0
        self._database = Database(url, _tables)

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
            connection.execute(sa.delete(_conversation).where(_conversation.c.row == _row(key)))
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
        asked = sa.select(_conversation.c.touched, _conversation.c.sealed).where(_conversation.c.row == _row(key))
        with self._database.reading() as connection:
            found = connection.execute(asked).first()
        return self._opened(key, found)

    def _change(self, key: str, change: Callable[[_Talk], _Talk]) -> None:
        if self._clock() - self._swept > _SWEEP_EVERY:
            self.sweep()
        row = _row(key)
        asked = sa.select(_conversation.c.touched, _conversation.c.sealed).where(_conversation.c.row == row)
        fresh = self._database.insert(_conversation).values(row=row, touched=self._clock(), sealed=b"")
        with self._database.writing() as connection:
            # A row to lock is there first, so that two tabs writing at once both have their message kept.
            connection.execute(fresh.on_conflict_do_nothing())
            talk = change(self._opened(key, connection.execute(asked.with_for_update()).first()))
            sealed = _seal(key).encrypt(json.dumps([talk.said, talk.state]).encode())
            values = {"touched": self._clock(), "sealed": sealed}
            connection.execute(sa.update(_conversation).where(_conversation.c.row == row).values(**values))

    def _opened(self, key: str, found: Any) -> _Talk:
        if found is None or not found.sealed or found.touched < self._oldest():
            return _Talk()
        try:
            said, state = json.loads(_seal(key).decrypt(bytes(found.sealed)))
        except (InvalidToken, ValueError):  # a row nobody can open is as good as none
            return _Talk()
        return _Talk(tuple(said), state)

    def _oldest(self) -> float:
        return self._clock() - self._seconds

    def _day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self._clock()))


def _row(key: str) -> str:
    return hashlib.sha256(b"row" + key.encode()).hexdigest()


def _seal(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal" + key.encode()).digest()))
