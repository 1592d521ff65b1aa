"""What was said before is kept briefly, sealed, and gone when it should be; a database that is away harms no answer."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant import database
from assistant.conversations import MOST_SAID, Conversations
from assistant.errors import BadSetting, ConversationsUnavailable
from assistant.sealing import conversation_key, conversation_secret

KEY, OTHER = "a" * 64, "b" * 64


class Clock:
    """Time that a test moves."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kept/conversations.db"


@pytest.fixture
def conversations(url: str, clock: Clock) -> Iterator[Conversations]:
    opened = Conversations(url, minutes=30, clock=clock)
    yield opened
    opened.close()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_messages_come_back_in_order_and_only_the_last_ten(conversations: Conversations) -> None:
    assert conversations.said(KEY) == ()
    for n in range(13):
        conversations.remember(KEY, f"message {n}")
    assert conversations.said(KEY) == tuple(f"message {n}" for n in range(13))[-MOST_SAID:]
    assert conversations.said(OTHER) == ()


def test_personal_details_are_taken_out_before_a_message_is_kept(conversations: Conversations) -> None:
    conversations.remember(KEY, "my NI number is QQ 12 34 56 C, can I get an assessment?")
    assert "QQ" not in conversations.said(KEY)[0]
    assert "can I get an assessment?" in conversations.said(KEY)[0]


def test_a_state_is_kept_beside_what_was_said(conversations: Conversations) -> None:
    conversations.remember(KEY, "hello")
    conversations.keep(KEY, {"register": "easy", "letter": {"name": "review", "fields": {"your name": "Jo"}}})
    assert conversations.state(KEY)["letter"]["fields"] == {"your name": "Jo"}
    conversations.keep(KEY, {})
    assert (conversations.state(KEY), conversations.said(KEY)) == ({}, ("hello",))


def test_an_expired_conversation_reads_as_absent_and_its_old_words_do_not_come_back(
    conversations: Conversations, clock: Clock
) -> None:
    conversations.remember(KEY, "first")
    conversations.keep(KEY, {"register": "easy"})
    clock.now += 30 * 60 + 1
    assert (conversations.said(KEY), conversations.state(KEY)) == ((), {})
    conversations.remember(KEY, "second")
    assert (conversations.said(KEY), conversations.state(KEY)) == (("second",), {})


def test_expired_conversations_are_swept_from_the_file(
    conversations: Conversations, clock: Clock, tmp_path: Path
) -> None:
    conversations.remember(KEY, "first")
    clock.now += 31 * 60
    conversations.remember(OTHER, "sweeps as it goes")
    with sqlite3.connect(tmp_path / "kept" / "conversations.db") as opened:
        assert opened.execute("select count(*) from conversation").fetchone() == (1,)


def test_nothing_that_was_said_can_be_read_from_the_file(conversations: Conversations, tmp_path: Path) -> None:
    conversations.remember(KEY, "Doreen Atkinson cannot wash herself")
    conversations.keep(KEY, {"your name": "Marjorie"})
    held = bytes_on_disk(tmp_path)
    assert b"Doreen" not in held
    assert b"Marjorie" not in held
    assert KEY.encode() not in held


def test_a_forgotten_conversation_is_gone_from_the_bytes_at_once(conversations: Conversations, tmp_path: Path) -> None:
    conversations.remember(OTHER, "another conversation stays")
    conversations.remember(KEY, "forget me " * 50)
    with sqlite3.connect(tmp_path / "kept" / "conversations.db") as opened:
        rows = opened.execute("select sealed from conversation order by length(sealed)").fetchall()
    opened.close()
    sealed = rows[-1][0]
    assert sealed in bytes_on_disk(tmp_path)
    conversations.forget(KEY)
    assert sealed[:200] not in bytes_on_disk(tmp_path)
    assert sealed[-200:] not in bytes_on_disk(tmp_path)
    assert conversations.said(KEY) == ()
    assert conversations.said(OTHER) == ("another conversation stays",)


def test_the_file_belongs_to_its_owner_only(conversations: Conversations, tmp_path: Path) -> None:
    conversations.remember(KEY, "hello")
    for path in (tmp_path / "kept").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_two_tabs_writing_at_once_both_have_their_messages_kept(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 30.0)  # on a crowded machine one may wait long for the other
    first, second = Conversations(url), Conversations(url)  # two processes as far as the file is concerned

    def write(conversations: Conversations, name: str) -> None:
        for n in range(5):
            conversations.remember(KEY, f"{name} {n}")

    threads = [threading.Thread(target=write, args=pair) for pair in ((first, "left"), (second, "right"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first.said(KEY)) == sorted(f"{name} {n}" for name in ("left", "right") for n in range(5))
    first.close()
    second.close()


def test_several_processes_may_be_the_first_to_open_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 30.0)
    for n in range(25):  # SQLite refuses one of two switches to its log at once, without waiting
        url = f"sqlite:///{tmp_path / str(n) / 'conversations.db'}"
        several = [Conversations(url) for _ in range(4)]
        with ThreadPoolExecutor(len(several)) as threads:
            list(threads.map(lambda one: one.remember(KEY, "hello"), several))
        assert several[0].said(KEY) == ("hello",) * len(several)
        for one in several:
            one.close()


def test_the_key_hides_who_is_talking_and_differs_by_channel_and_secret() -> None:
    key = conversation_key("telegram", "12345", b"secret")
    assert key == conversation_key("telegram", "12345", b"secret")
    assert "12345" not in key
    assert len({key, conversation_key("web", "12345", b"secret"), conversation_key("telegram", "12345", b"other")}) == 3
    assert conversation_key("telegram", "1\n2", b"s") != conversation_key("telegram\n1", "2", b"s")


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    secret = conversation_secret(home)
    assert conversation_secret(home) == secret
    assert [stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()] == [0o600]
    (home / "conversations.secret").write_bytes(b"short")
    with pytest.raises(ConversationsUnavailable, match="Remove it"):
        conversation_secret(home)


def test_feedback_is_counted_once_an_answer_without_personal_details(conversations: Conversations) -> None:
    conversations.feedback("one", False, "did not say who to ring, I am on 07700 900123", "direct-payments")
    conversations.feedback("one", True, subject="direct-payments")
    conversations.feedback("two", False, "call me on 07700 900123", question="Mum's NI is QQ123456C, who pays?")
    first, second = conversations.opinions()
    assert (first.answer, first.useful, first.why, first.subject) == ("one", True, "", "direct-payments")
    assert "07700" not in second.why
    assert "QQ" not in second.question


def test_what_could_not_be_answered_is_counted_by_subject_and_day(conversations: Conversations, clock: Clock) -> None:
    for _ in range(2):
        conversations.unanswered("housing", "not_found")
    conversations.unanswered("prisons", "clarify")
    clock.now += 86_400
    conversations.unanswered("housing", "not_found")
    counts = [(c.subject, c.status, c.count) for c in conversations.unanswered_counts()]
    assert counts == [("housing", "not_found", 1), ("housing", "not_found", 2), ("prisons", "clarify", 1)]


def test_a_locked_damaged_or_missing_database_raises_our_error_without_the_message(tmp_path: Path) -> None:
    locked = tmp_path / "locked.db"
    conversations = Conversations(f"sqlite:///{locked}")
    conversations.remember(KEY, "hello")
    with sqlite3.connect(locked, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConversationsUnavailable, match="OperationalError") as caught:
            conversations.remember(KEY, "secret words")
        assert "secret words" not in str(caught.value)
        other.execute("ROLLBACK")
    other.close()
    conversations.remember(KEY, "again")  # and it heals by itself
    assert conversations.said(KEY) == ("hello", "again")
    conversations.close()

    (tmp_path / "damaged.db").write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(ConversationsUnavailable, match="DatabaseError"):
        Conversations(f"sqlite:///{tmp_path}/damaged.db").said(KEY)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConversationsUnavailable, match="Make the folder writable"):
        Conversations(f"sqlite:///{tmp_path}/file/in/the/way.db").said(KEY)


@pytest.mark.parametrize("bad", ["no address", "mysql://somewhere/else", "sqlite+nonsense:///x", ""])
def test_an_address_that_is_neither_sqlite_nor_postgresql_names_the_setting(bad: str) -> None:
    with pytest.raises(BadSetting, match="CARE_ACT_DATABASE_URL"):
        Conversations(bad)
