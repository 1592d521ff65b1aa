"""What Telegram, the network, the database and our own machinery may do wrong; the answer comes all the same, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Built
from pydantic import SecretStr
from telegram_world import World, bot_at_work, buttons_of, peer, telegram_settings

from assistant.errors import BadSetting, TelegramUnavailable
from assistant.telegram import words
from assistant.telegram.bot import CareActBot
from assistant.telegram.polling import run_polling
from assistant.testing import HashEmbedder
from assistant.wiring import House, build_house

QUESTION = "Can I get a break from looking after my mum?"
ANSWER = "Your council must meet your needs for support"


def refusal(status: int, description: str, **parameters: Any) -> dict[str, Any]:
    """What Telegram says when it refuses a call."""
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return {"response": told | ({"parameters": parameters} if parameters else {})}


@pytest.fixture(scope="module")
def house(built: Built, tmp_path_factory: pytest.TempPathFactory) -> House:
    return build_house(telegram_settings(built, tmp_path_factory.mktemp("kept") / "kept.db"), HashEmbedder())


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "Too Many Requests: retry after 1", retry_after=1) | {"times": 2},
        refusal(502, "Bad Gateway") | {"times": 2},
        refusal(500, "Internal Server Error"),
        {"drop": "before", "times": 2},
        {"delay": 700},
    ],
    ids=["429", "502", "500", "connection broken", "slow"],
)
def test_an_answer_waits_for_telegram_and_comes_once(world: World, fault: dict[str, Any]) -> None:
    world.fault("sendMessage", **fault)
    assert ANSWER in world.say(QUESTION, chat=200)["text"]


@pytest.mark.parametrize(
    "fault",
    [refusal(502, "Bad Gateway"), {"drop": "before", "times": 2}, refusal(409, "Conflict: terminated by other getUpdates request"),
     refusal(429, "Too Many Requests: retry after 1", retry_after=1)],
    ids=["502", "connection broken", "409", "429"],
)  # fmt: skip
def test_asking_for_updates_goes_on_after_a_fault(world: World, fault: dict[str, Any]) -> None:
    world.fault("getUpdates", **fault)
    world.say("/help", chat=201)
    assert ANSWER in world.say(QUESTION, chat=201)["text"]


def test_the_network_goes_and_comes_back(world: World) -> None:
    world.fault("*", drop="before", times=10_000)
    world.deliver(world.message(QUESTION, 202))
    world.until(lambda: [call for call in world.calls() if call["status"] == -1] or True, "calls that break")
    world.clear_faults()
    world.settled()
    (reply,) = world.sent(202)
    assert ANSWER in reply["text"]


def test_formatting_that_is_refused_goes_plain_and_no_answer_is_lost(running: World) -> None:
    formatted = running.say(QUESTION, chat=203)
    running.fault("sendMessage", **refusal(400, "Bad Request: can't parse entities"))
    plain = running.say(QUESTION, chat=203)
    assert plain["text"] == formatted["text"]
    assert plain["entities"] == []
    assert "Sources" in buttons_of(plain)
    running.fault("sendMessage", **refusal(400, "Bad Request: BUTTON_DATA_INVALID") | {"times": 2})
    assert running.say(QUESTION, chat=203)["text"] == formatted["text"]


@pytest.mark.parametrize(
    "fault",
    [refusal(403, "Forbidden: bot was blocked by the user"), refusal(400, "Bad Request: chat not found")],
    ids=["blocked", "no such chat"],
)
def test_a_chat_that_is_gone_harms_nobody_and_is_forgotten(running: World, fault: dict[str, Any]) -> None:
    answer = running.say(QUESTION, chat=204)
    running.fault("sendMessage", **fault)
    assert running.answers(running.message(QUESTION, 204)) == []
    assert ANSWER in running.say(QUESTION, chat=205)["text"]
    assert running.press("More", answer) == []
    assert running.last_toast() == words.EXPIRED


def test_blocking_the_bot_deletes_what_is_kept(world: World) -> None:
    answer = world.say(QUESTION, chat=206)
    world.answers(world.membership(206, "member", "kicked"))
    assert world.press("More", answer) == []
    assert world.last_toast() == words.EXPIRED


def test_a_group_that_got_a_new_number_is_answered_there(running: World) -> None:
    answer = running.say(f"/ask {QUESTION}", chat=-300)
    running.fault("sendMessage", **refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-400))  # fmt: skip
    moved = running.say(f"/ask {QUESTION}", chat=-300)
    assert moved["chat"]["id"] == -400
    assert ANSWER in moved["text"]
    again = answer | {"chat": {"id": -400, "type": "supergroup", "title": "T"}}
    (more,) = running.press("More", again)  # what was kept of the group went along
    assert "Who can help:" in more["text"]


def test_a_group_that_says_it_got_a_new_number_keeps_its_answers(world: World) -> None:
    answer = world.say(f"/ask {QUESTION}", chat=-301)
    assert world.answers(world.message(chat=-301, migrate_to_chat_id=-401)) == []
    (more,) = world.press("More", answer | {"chat": {"id": -401, "type": "supergroup", "title": "T"}})
    assert "Who can help:" in more["text"]


def test_one_slow_chat_does_not_hold_up_the_others(world: World) -> None:
    world.fault("sendMessage", delay=3000)
    world.deliver(world.message(QUESTION, 207), world.message("/help", 207))
    world.until(lambda: world.calls("sendMessage")[-1]["status"] == 0, "a message on its slow way")
    world.deliver(world.message(QUESTION, 208))
    world.until(lambda: world.sent(208), "the other chat's answer")
    assert world.sent(207) == []
    world.settled()
    assert [words.HELP[:10] in sent["text"] for sent in world.sent(207)] == [False, True]


class Broken:
    """An assistant whose machinery broke beyond its own apology."""

    def __init__(self, whole: Any) -> None:
        self.letters, self.checks = whole.letters, whole.checks

    def answer(self, message: str, *_: Any) -> Any:
        raise RuntimeError(f"about {message}")


def test_what_breaks_ends_in_an_apology_and_a_log_without_the_message(
    house: House, built: Built, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broken: Any = Broken(house.assistant)
    settings = telegram_settings(built, tmp_path / "kept.db")
    with peer() as world, bot_at_work(world, settings, replace(house, assistant=broken)):
        assert world.say("Zebedee lost his wheelchair", chat=1)["text"] == words.SORRY
        assert world.say("/help", chat=1)["text"] == words.HELP
    ours = [record.getMessage() for record in caplog.records if record.name == "care_act.telegram"]
    assert any("RuntimeError" in line for line in ours)
    assert not any("Zebedee" in str(record.__dict__) for record in caplog.records if record.name != "asyncio")


def test_with_the_database_away_everybody_is_answered_and_told(built: Built, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with peer() as world, bot_at_work(world, telegram_settings(built, tmp_path / "file" / "kept.db")):
        reply = world.say(QUESTION, chat=1)
        assert reply["text"].startswith(words.NO_MEMORY) and ANSWER in reply["text"]
        assert list(buttons_of(reply)) == ["Letter"]
        assert "could not delete" in world.say("/forget", chat=1)["text"]
        assert world.say("/staff", chat=1)["text"] == words.NO_MEMORY


def test_a_chat_that_asks_too_much_is_told_kindly_once_and_can_still_call_for_help(
    built: Built, tmp_path: Path
) -> None:
    settings = telegram_settings(built, tmp_path / "kept.db").model_copy(update={"rate": "3/minute"})
    with peer() as world, bot_at_work(world, settings):
        replies = [world.answers(world.message(QUESTION, 1)) for _ in range(5)]
        assert [len(reply) for reply in replies] == [1, 1, 1, 1, 0]
        assert replies[3][0]["text"] == words.TOO_MANY
        assert "116 123" in world.say("/urgent", chat=1)["text"]
        assert world.press("More", replies[0][0]) == []
        assert world.last_toast() == words.TOO_MANY
        assert ANSWER in world.say(QUESTION, chat=2)["text"]


def test_a_bot_without_a_token_says_where_to_get_one(house: House, built: Built, tmp_path: Path) -> None:
    settings = telegram_settings(built, tmp_path / "kept.db")
    for token in ("", "nonsense", "123:"):
        with pytest.raises(BadSetting, match="BotFather"):
            CareActBot(house, settings.model_copy(update={"telegram_token": SecretStr(token)}))


def test_a_token_telegram_does_not_know_and_a_telegram_that_is_away_are_told_plainly(
    house: House, built: Built, tmp_path: Path
) -> None:
    settings = telegram_settings(built, tmp_path / "kept.db")
    with peer() as world:
        here = settings.model_copy(update={"telegram_api": world.address, "telegram_token": SecretStr("9:WRONG")})
        with pytest.raises(TelegramUnavailable, match="does not know this token"):
            asyncio.run(run_polling(CareActBot(house, here), asyncio.Event()))
    nowhere = settings.model_copy(update={"telegram_api": "http://127.0.0.1:9"})
    with pytest.raises(TelegramUnavailable, match="cannot be reached"):
        asyncio.run(run_polling(CareActBot(house, nowhere), asyncio.Event()))


def test_the_token_shows_in_no_error_and_no_setting(built: Built, tmp_path: Path) -> None:
    assert "TEST" not in repr(telegram_settings(built, tmp_path / "kept.db"))


@pytest.fixture(autouse=True)
def _faults_end(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "running" in request.fixturenames:
        request.getfixturevalue("running").clear_faults()
