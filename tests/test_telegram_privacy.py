"""Nothing of a person stays: not in the file, not in a log, and after /forget not in its bytes."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
from conftest import Built
from telegram_world import World, bot_at_work, buttons_of, peer, telegram_settings

from assistant.telegram import words

CHAT = 987654321012
PLANTED = (
    "I am Zebedee Quux born 14/03/1951, can I get a break from looking after my mum?",
    "my NI number is QQ 12 34 56 C and my phone is 07700 900123, what is a carers assessment",
    "write to me at zebedee.quux@example.org about the cap on care costs",
    "we live at 14 Larkspur Road, SW1A 1AA. do they count savings",
)
SECRETS = ("Zebedee", "Quux", "QQ 12", "900123", "zebedee.quux", "Larkspur", "SW1A", "1951", str(CHAT), "Kestrel")


def on_disk(kept: Path) -> bytes:
    """The bytes of the database, with all that lies beside it."""
    return b"".join(path.read_bytes() for path in sorted(kept.parent.iterdir()) if path.is_file())


def rows(kept: Path) -> list[tuple[str, bytes]]:
    """The conversations that are kept, as they stand in the database."""
    connection = sqlite3.connect(kept)
    try:
        return list(connection.execute("select row, sealed from conversation"))
    finally:
        connection.close()


def plant(world: World) -> None:
    """Tell the bot everything about a person, in every way it listens."""
    for text in PLANTED:
        world.say(text, CHAT)
    first = world.message(PLANTED[0], CHAT)
    world.answers(first, world.edit(first, PLANTED[1]))
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    world.say(chat=CHAT, photo=photo, caption=PLANTED[3])
    world.say(chat=CHAT, contact={"phone_number": "07700900123", "first_name": "Zebedee"})
    *_, question = world.press("Ask for a carer's assessment", world.say("/letter", CHAT))
    (question,) = world.answers(world.message("Zebedee Kestrel Quux", CHAT))
    text, _ = world.press(words.FINISH_BUTTON, question)
    assert "Kestrel" in text["text"]
    answer = world.say("is there a cap on care costs", CHAT)
    world.press("👎 Not useful", answer)


def test_personal_details_are_kept_nowhere_and_logged_nowhere(
    built: Built, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = tmp_path / "kept" / "conversations.db"
    with caplog.at_level(logging.INFO), peer() as world, bot_at_work(world, telegram_settings(built, kept)):
        plant(world)
        before = rows(kept)
        assert len(before) == 1
        held = on_disk(kept)
        assert [secret for secret in SECRETS if secret.encode() in held] == []

        assert world.say("/forget", CHAT)["text"] == words.FORGOTTEN
        ((name, sealed),) = before
        left = on_disk(kept)
        assert rows(kept) == []
        assert name.encode() not in left
        # A sealed row is split over pages; no piece of it may stay on any.
        assert not [at for at in range(0, len(sealed) - 32, 32) if sealed[at : at + 32] in left]
        assert not any(secret in record.getMessage() for record in caplog.records for secret in SECRETS)
        # The bot itself remembers nothing either: what was said before is no history now.
        assert "cap" not in world.say("/sources", CHAT)["text"]


def test_what_was_said_is_kept_sealed_and_used_for_a_follow_up_after_a_restart(built: Built, tmp_path: Path) -> None:
    settings = telegram_settings(built, tmp_path / "conversations.db")
    with peer() as world:
        with bot_at_work(world, settings):
            answer = world.say("Can I get a break from looking after my mum?", 5)
        assert b"break" not in on_disk(tmp_path / "conversations.db")
        with bot_at_work(world, settings):
            (more,) = world.press("More", answer)
            assert "Who can help:" in more["text"]
            (sources,) = world.press("Sources", answer)
            assert "section 20" in sources["text"]
            assert "section 20" in world.say("and who pays?", 5)["text"]


def test_of_danger_nothing_is_kept(built: Built, tmp_path: Path) -> None:
    kept = tmp_path / "conversations.db"
    with peer() as world, bot_at_work(world, telegram_settings(built, kept)):
        assert buttons_of(world.say("i want to kill myself", 6)) == {}
        assert rows(kept) == []
