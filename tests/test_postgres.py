"""Conversations, feedback and keys in a real PostgreSQL, as several web and bot processes share it."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from engines import postgres

from assistant.conversations import Conversations
from assistant.errors import ConversationsUnavailable
from assistant.keys import StaffKeys

KEY = "a" * 64


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres() as server:
        yield server.url


def test_two_processes_writing_at_once_lose_nothing_and_share_what_they_keep(url: str) -> None:
    first, second = Conversations(url), Conversations(url)

    def write(conversations: Conversations, name: str) -> None:
        for n in range(5):
            conversations.remember(KEY, f"{name} {n}")

    threads = [threading.Thread(target=write, args=pair) for pair in ((first, "left"), (second, "right"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(second.said(KEY)) == sorted(f"{name} {n}" for name in ("left", "right") for n in range(5))
    first.keep(KEY, {"register": "easy"})
    assert second.state(KEY) == {"register": "easy"}
    second.forget(KEY)
    assert (first.said(KEY), first.state(KEY)) == ((), {})
    first.close()
    second.close()


def test_expiry_feedback_and_counts_work_as_in_sqlite(url: str) -> None:
    now = [1_000_000.0]
    conversations = Conversations(url, clock=lambda: now[0])
    conversations.remember(KEY, "hello")
    now[0] += 31 * 60
    assert conversations.said(KEY) == ()
    conversations.sweep()
    for useful in (True, False):
        conversations.feedback("one", useful, "why", "housing")
    assert [(opinion.answer, opinion.useful) for opinion in conversations.opinions()] == [("one", False)]
    for _ in range(2):
        conversations.unanswered("housing", "not_found")
    assert [(row.subject, row.count) for row in conversations.unanswered_counts()] == [("housing", 2)]
    conversations.close()


def test_keys_are_shared(url: str) -> None:
    mine, other = StaffKeys(url), StaffKeys(url)
    made, text = mine.make("intranet")
    assert other.who(text) == made
    other.revoke(made.id)
    assert mine.who(text) is None
    mine.close()
    other.close()


def test_a_server_that_is_away_raises_our_error() -> None:
    with pytest.raises(ConversationsUnavailable, match="Answers still come"):
        Conversations("postgresql://care@127.0.0.1:9/nowhere").said(KEY)


def test_a_table_that_somebody_locks_is_waited_for_only_a_moment(url: str) -> None:
    conversations = Conversations(url)
    conversations.remember(KEY, "hello")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(ConversationsUnavailable, match="QueryCanceled"):
            conversations.said(KEY)
    engine.dispose()
    assert conversations.said(KEY) == ("hello",)
    conversations.close()
