"""Staff keys: made once and shown once, kept only as a digest, revoked at any time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.database import Database
from assistant.errors import CareActError

_PREFIX = "careact"
_tables = sa.MetaData()
_key = sa.Table(
    "staff_key",
    _tables,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("made", sa.String(10), nullable=False),
    sa.Column("revoked", sa.String(10), nullable=False),
)


@dataclass(frozen=True, slots=True)
class StaffKey:
    """A key as it may be shown: never the key itself. `revoked` is a day, or empty."""

    id: str
    name: str
    made: str
    revoked: str


class StaffKeys:
    """The keys of a database. Raises ConversationsUnavailable when it is locked, full, damaged or away."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, _tables)

    def make(self, name: str) -> tuple[StaffKey, str]:
        """A new key and its text, which nobody can read again."""
        # A plain digest is enough: 256 random bits cannot be guessed, so there is nothing for a slow hash to slow down.
        made = StaffKey(secrets.token_hex(6), name[:80], _today(), "")
        secret = secrets.token_urlsafe(32)
        row = {"id": made.id, "name": made.name, "made": made.made, "revoked": "", "digest": _digest(secret)}
        with self._database.writing() as connection:
            connection.execute(sa.insert(_key).values(**row))
        return made, f"{_PREFIX}_{made.id}_{secret}"

    def who(self, text: str) -> StaffKey | None:
        """The key a text is, or None when it is none of ours or was revoked."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key_id.isascii() or len(key_id) > 16:
            return None
        row = self._row(key_id)
        if row is None or row.revoked or not hmac.compare_digest(row.digest, _digest(secret)):
            return None
        return StaffKey(row.id, row.name, row.made, row.revoked)

    def in_use(self, key_id: str) -> StaffKey | None:
        """The key with an id, unless it was revoked."""
        row = self._row(key_id)
        return None if row is None or row.revoked else StaffKey(row.id, row.name, row.made, row.revoked)

    def every(self) -> tuple[StaffKey, ...]:
        """All keys, oldest first, revoked ones too."""
        rows = sa.select(_key.c.id, _key.c.name, _key.c.made, _key.c.revoked).order_by(_key.c.made, _key.c.id)
        with self._database.reading() as connection:
            return tuple(StaffKey(*row) for row in connection.execute(rows))

    def revoke(self, key_id: str) -> StaffKey:
        """End a key at once. Raises CareActError when there is no such key."""
        with self._database.writing() as connection:
            live = (_key.c.id == key_id, _key.c.revoked == "")
            connection.execute(sa.update(_key).where(*live).values(revoked=_today()))
            row = connection.execute(sa.select(_key).where(_key.c.id == key_id)).first()
        if row is None:
            raise CareActError(f"There is no key '{key_id}'. `care-act keys list` names them all.")
        return StaffKey(row.id, row.name, row.made, row.revoked)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _row(self, key_id: str) -> sa.Row[Any] | None:
        with self._database.reading() as connection:
            return connection.execute(sa.select(_key).where(_key.c.id == key_id)).first()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())
