"""Whatever is written, Telegram takes what the bot says: naughty strings and the example questions, each one reply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Built
from telegram_world import World, bot_at_work, peer, telegram_settings

from assistant.telegram import words

SAMPLE = 16  # of the strings, one in so many in the fast run


def texts(shared: Path) -> list[str]:
    """The messages people could write: what has at least one character."""
    naughty = json.loads((shared / "redteam" / "blns.json").read_text(encoding="utf-8"))
    lines = (shared / "example-questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [*naughty, *(json.loads(line)["question"] for line in lines)]


@pytest.mark.parametrize("one_in", [SAMPLE, pytest.param(1, marks=pytest.mark.slow)])
def test_every_string_gets_one_reply_and_nothing_is_refused(
    built: Built, tmp_path: Path, shared: Path, one_in: int
) -> None:
    chosen = texts(shared)[::one_in]
    with peer() as world, bot_at_work(world, telegram_settings(built, tmp_path / "kept.db")):
        updates = [world.message(text, n % 40 + 1) for n, text in enumerate(chosen)]
        world.deliver(*updates)
        world.settled()
        assert world.refusals() == []
        sent = world.sent()
        assert not [message for message in sent if message["text"] == words.SORRY]
        # A message that asks for a letter gets two: what the letter is, and its first question.
        assert len(updates) <= len(sent) <= len(updates) + 2 * letters_begun(sent)


def letters_begun(sent: list[dict[str, object]]) -> int:
    return sum("short questions. What you write goes only into the letter" in str(message["text"]) for message in sent)


def test_a_letter_filled_with_naughty_strings_is_taken(world: World, shared: Path) -> None:
    naughty = [text for text in texts(shared)[:515:5] if text.strip() and not text.startswith("/")]
    for start in range(0, 28, 7):
        *_, question = world.press("Ask for a carer's assessment", world.say("/letter", chat=700 + start))
        for text in naughty[start : start + 7]:
            replies = world.answers(world.message(text, 700 + start))
        assert replies[-1]["document"]["file_name"].endswith(".txt") or question
