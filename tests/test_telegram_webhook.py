"""The bot by webhook, alone and beside the web front: only Telegram gets in, and each update is answered once."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from conftest import Built
from fastapi import FastAPI
from telegram_world import PATIENCE, World, peer, telegram_settings

from assistant.errors import BadSetting
from assistant.settings import Settings
from assistant.telegram.bot import CareActBot
from assistant.telegram.webhook import HEADER, front, join, webhook_secret
from assistant.testing import HashEmbedder
from assistant.web import create_app
from assistant.wiring import House, build_house

QUESTION = "Can I get a break from looking after my mum?"
ANSWER = "Your council must meet your needs for support"


@dataclass(frozen=True)
class Hooked:
    """A bot that Telegram brings updates to."""

    world: World
    address: str
    settings: Settings

    def bring(self, secret: str | None, body: object = None) -> httpx.Response:
        """Bring something as Telegram would, or as somebody else."""
        headers = {} if secret is None else {HEADER: secret.encode()}
        update = self.world.message(QUESTION, 66) if body is None else body
        return httpx.post(f"{self.address}/telegram", json=update, headers=headers, trust_env=False, timeout=60)


@contextmanager
def living_at(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """A web app with its beginning and end, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE)


@contextmanager
def hooked(built: Built, folder: Path, beside_web: bool, webhook: bool = True) -> Iterator[Hooked]:
    with peer() as world, socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = telegram_settings(built, folder / "kept.db").model_copy(
            update={"telegram_api": world.address, "telegram_webhook": address if webhook else ""}
        )
        house: House = build_house(settings, HashEmbedder())
        bot = CareActBot(house, settings)
        if beside_web:
            app = create_app(house, settings)
            join(app, bot, settings)
        else:
            app = front(bot, settings)
        with living_at(app, listening):
            world.until(lambda: world.calls("setWebhook" if webhook else "deleteWebhook"), "the bot's start")
            yield Hooked(world, address, settings)


@pytest.fixture(scope="module")
def hook(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    with hooked(built, tmp_path_factory.mktemp("hook"), beside_web=True) as ready:
        yield ready


def test_telegram_is_told_the_address_and_the_secret(hook: Hooked) -> None:
    (told,) = hook.world.calls("setWebhook")
    assert told["body"]["url"] == f"{hook.address}/telegram"
    assert told["body"]["secret_token"] == webhook_secret(hook.settings)
    assert "my_chat_member" in told["body"]["allowed_updates"]


def test_a_question_that_telegram_brings_is_answered(hook: Hooked) -> None:
    hook.world.deliver(hook.world.message(QUESTION, 60))
    assert ANSWER in hook.world.until(lambda: hook.world.sent(60), "the answer")[0]["text"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "ünïcode"])
def test_without_the_right_secret_nobody_gets_in(hook: Hooked, secret: str | None) -> None:
    refused = hook.bring(secret)
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert hook.world.sent(66) == []


@pytest.mark.parametrize("body", [[], {}, "x", {"update_id": "1"}, {"message": {}}, {"update_id": True}])
def test_what_is_no_update_is_refused_plainly(hook: Hooked, body: object) -> None:
    assert hook.bring(webhook_secret(hook.settings), body).status_code == 400


def test_an_update_is_acknowledged_after_its_answer_and_the_same_one_is_not_answered_again(hook: Hooked) -> None:
    update = hook.world.message(QUESTION, 61)
    for _ in range(3):
        assert hook.bring(webhook_secret(hook.settings), update).status_code == 200
        assert len(hook.world.sent(61)) == 1


def test_updates_that_overtake_each_other_are_put_in_order(hook: Hooked) -> None:
    updates = [hook.world.message(f"{QUESTION} ({n})", 62) for n in range(8)]
    random.Random(3).shuffle(updates)
    hook.world.deliver(*updates)
    hook.world.until(lambda: len(hook.world.sent(62)) == len(updates), "all answers")
    order = [sent["reply_to_message"]["message_id"] for sent in hook.world.sent(62)]
    assert order == sorted(order)


def test_an_update_of_a_form_nobody_knows_is_taken_so_that_it_does_not_come_again(hook: Hooked) -> None:
    strange = hook.world.membership(63, "member", "member")
    strange["my_chat_member"]["new_chat_member"] = {"status": "administrator"}
    assert hook.bring(webhook_secret(hook.settings), strange).status_code == 200


def test_the_web_front_answers_in_the_same_process(hook: Hooked) -> None:
    asked = httpx.post(f"{hook.address}/api/ask", json={"question": QUESTION}, trust_env=False, timeout=60)
    assert ANSWER in asked.json()["text"]


def test_alone_the_bot_serves_nothing_else(built: Built, tmp_path: Path) -> None:
    with hooked(built, tmp_path, beside_web=False) as alone:
        alone.world.deliver(alone.world.message(QUESTION, 64))
        assert ANSWER in alone.world.until(lambda: alone.world.sent(64), "the answer")[0]["text"]
        assert httpx.get(f"{alone.address}/", trust_env=False).status_code == 404


def test_beside_the_web_front_it_polls_when_there_is_no_address(built: Built, tmp_path: Path) -> None:
    with hooked(built, tmp_path, beside_web=True, webhook=False) as polling:
        assert ANSWER in polling.world.say(QUESTION, 65)["text"]
        assert httpx.get(f"{polling.address}/healthz", trust_env=False).json()["status"] == "ok"


def test_an_address_telegram_could_not_use_is_refused_at_the_start(built: Built, tmp_path: Path) -> None:
    settings = telegram_settings(built, tmp_path / "kept.db").model_copy(
        update={"telegram_webhook": "http://example.org"}
    )
    with pytest.raises(BadSetting, match="https://"):
        front(CareActBot(build_house(settings, HashEmbedder()), settings), settings)
