"""The database under the conversations and the staff keys: SQLite in a file, or PostgreSQL by address.

The one door where SQLAlchemy's faults become ours.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import BadSetting, ConversationsUnavailable

_PATIENCE = 1.0  # seconds to wait for a locked file: a person waits for the answer meanwhile


class Database:
    """Transactions over the given tables, which are made when first needed. Safe to share by threads.

    Every use raises ConversationsUnavailable when the database is locked, full, damaged or away.
    """

    def __init__(self, url: str, tables: sa.MetaData) -> None:
        """Opens nothing yet. Raises BadSetting when `url` is not an address of SQLite or PostgreSQL."""
        self._engine, self._tables = _engine(url), tables
        self._ready, self._writing = False, threading.Lock()
        self._lite = self._engine.dialect.name == "sqlite"

    @property
    def one_writer(self) -> bool:
        """Whether a transaction that writes has the whole database to itself from its beginning, as in SQLite."""
        return self._lite

    def insert(self, table: sa.Table) -> Any:
        """An insert that can say `on_conflict_do_…`, which SQLAlchemy has for each database apart."""
        return sqlite.insert(table) if self._lite else postgresql.insert(table)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, and so waits for nobody."""
        with _our_faults():
            self._prepare()
            with self._engine.connect().execution_options(reading=True) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes; one at a time in this process, which is fairer than SQLite's retries."""
        with _our_faults():
            self._prepare()
            with self._writing, self._engine.begin() as connection:
                yield connection

    def clean(self) -> None:
        """Take what was deleted out of the bytes on disk. PostgreSQL does so by itself, at its next vacuum."""
        if not self._lite:
            return
        # SQLite keeps deleted pages in its log until the log is folded into the file.
        with _our_faults(), self._writing, self._engine.connect().execution_options(reading=True) as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def _prepare(self) -> None:
        """Make the tables. Not in `__init__`: a database that is away may come back."""
        if self._ready:
            return
        with self._writing:
            if not self._ready:
                _make_private(self._engine.url)
                with self._engine.begin() as connection:
                    if not self._lite:  # two processes starting at once would both make the tables
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(2014_23)))
                    self._tables.create_all(connection)
                self._ready = True


@contextmanager
def _our_faults() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as exc:
        # The driver's own words can hold the values of the statement, so only the kind is named.
        kind = type(getattr(exc, "orig", None) or exc).__name__
        raise ConversationsUnavailable(
            f"The database of conversations cannot be read or written ({kind}). Look at the disk, at who holds the "
            "file, and at CARE_ACT_DATABASE_URL. Answers still come; follow-ups are not remembered."
        ) from exc


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        lasting = parsed.get_backend_name() != "sqlite" or parsed.database not in {None, "", ":memory:"}
        more: dict[str, Any] = {"pool_size": 8, "max_overflow": 40, "pool_timeout": _PATIENCE} if lasting else {}
        if parsed.get_backend_name() == "postgresql":
            more["connect_args"] = {"connect_timeout": max(2, round(_PATIENCE))}
        engine = sa.create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite", **more)
    except (SQLAlchemyError, ImportError) as exc:
        raise BadSetting(
            f"CARE_ACT_DATABASE_URL cannot be used ({type(exc).__name__}). It looks like sqlite:///folder/file.db or "
            "postgresql://user@host/name; PostgreSQL needs `pip install care-act-assistant[postgres]`."
        ) from exc
    if engine.dialect.name not in {"sqlite", "postgresql"}:
        raise BadSetting(f"CARE_ACT_DATABASE_URL names {engine.dialect.name}. Use SQLite or PostgreSQL.")
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _tune)
        sa.event.listen(engine, "begin", _begin)
    else:
        sa.event.listen(engine, "connect", _hurry)
    return engine


def _tune(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # Python's sqlite3 would otherwise begin transactions by itself, too late
    for pragma in (f"busy_timeout={_PATIENCE * 1000:.0f}", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _keep_a_log(connection)


def _keep_a_log(connection: Any) -> None:
    """SQLite's write-ahead log. The switch to it does not heed `busy_timeout`, so two first openings need this wait."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _hurry(connection: Any, _: Any) -> None:
    """PostgreSQL waits for a lock without end; an answer must not."""
    connection.execute(f"SET statement_timeout = {_PATIENCE * 1000:.0f}")
    connection.commit()


def _begin(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # takes the lock now: a later upgrade would fail at once


def _make_private(url: sa.URL) -> None:
    """SQLite's file belongs to its owner only, from its first byte."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as exc:
        raise ConversationsUnavailable(
            f"The conversations cannot be kept in {path} ({exc.strerror}). Make the folder writable, or set CARE_ACT_HOME."
        ) from exc
