"""Telegram as a bot sees it: a real HTTP peer on loopback, the people who write, and the bot under test."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Built
from pydantic import SecretStr

from assistant.settings import Settings
from assistant.telegram.bot import CareActBot
from assistant.telegram.polling import run_polling
from assistant.testing import HashEmbedder
from assistant.wiring import House, build_house

TOKEN = "123:TEST"
BOT = {"id": 666, "is_bot": True, "first_name": "Care Act assistant", "username": "CareActTestBot"}
PEER = Path(__file__).parent / "telegram_peer"
PATIENCE = 150.0  # seconds without anything happening
Update = dict[str, Any]


def needs_peer() -> None:
    """Skip, or fail under CI, where the peer cannot run."""
    missing = (
        "node is not installed" if shutil.which("node") is None
        else f"its packages are not installed: npm ci --prefix tests/{PEER.name}" if not (PEER / "node_modules").is_dir()
        else ""
    )  # fmt: skip
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"the Telegram peer cannot run: {missing}")
    if missing:
        pytest.skip(f"the Telegram peer cannot run: {missing}")


class World:
    """The peer, and what people do. Numbers of updates and messages grow by one, as Telegram's do."""

    def __init__(self, address: str) -> None:
        self.address, self._numbers, self._messages = address, count(1), count(1)
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def close(self) -> None:
        self._http.close()

    # What people do

    def message(self, text: str = "", chat: int = 7, **parts: Any) -> Update:
        """A message that was not delivered yet."""
        whole: dict[str, Any] = {
            "message_id": next(self._messages), "date": int(time.time()), "chat": chat_of(chat), "from": person(chat),
        }  # fmt: skip
        if text:
            whole["text"] = text
        if text.startswith("/"):
            whole["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return {"update_id": next(self._numbers), "message": whole | parts}

    def edit(self, update: Update, text: str) -> Update:
        """The same message with another text."""
        whole = update["message"] | {"text": text, "edit_date": int(time.time())}
        return {"update_id": next(self._numbers), "edited_message": whole}

    def tap(self, data: str, message: dict[str, Any]) -> Update:
        """A tap on a button under a message of the bot."""
        shown = {
            name: message[name]
            for name in ("message_id", "from", "date", "chat", "text", "reply_markup")
            if name in message
        }
        query = {"id": str(next(self._numbers)), "from": person(message["chat"]["id"]), "message": shown, "chat_instance": "1", "data": data}  # fmt: skip
        return {"update_id": next(self._numbers), "callback_query": query}

    def membership(self, chat: int, before: str, after: str) -> Update:
        """The bot was let in or put out."""
        change = {
            "chat": chat_of(chat), "from": person(chat), "date": int(time.time()),
            "old_chat_member": member(before), "new_chat_member": member(after),
        }  # fmt: skip
        return {"update_id": next(self._numbers), "my_chat_member": change}

    def deliver(self, *updates: Update) -> None:
        for start in range(0, len(updates), 40):  # the peer takes no more than 100 kB at once
            self._http.post("/_test/deliver", json={"updates": updates[start : start + 40]}).raise_for_status()

    def fault(self, method: str, **what: Any) -> None:
        self._http.post("/_test/fault", json={"method": method, **what}).raise_for_status()

    def clear_faults(self) -> None:
        self._http.post("/_test/clear").raise_for_status()

    # What the bot did

    def sent(self, chat: int | None = None) -> list[dict[str, Any]]:
        """Every message Telegram took from the bot, oldest first."""
        sent: list[dict[str, Any]] = self._http.get("/_test/sent").json()
        return [message for message in sent if chat is None or message["chat"]["id"] == chat]

    def calls(self, method: str = "") -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self._http.get("/_test/calls").json()
        return [call for call in calls if not method or call["method"] == method]

    def pending(self) -> list[Update]:
        """Updates nobody has acknowledged."""
        pending: list[Update] = self._http.get("/_test/pending").json()
        return pending

    def refusals(self) -> list[str]:
        """What the peer's own checks refused: lengths, entities, button data."""
        return [call["description"] for call in self.calls() if call["status"] == 400]

    def until(self, happened: Callable[[], Any], why: str) -> Any:
        """Wait for something that must happen, as long as the bot gets on: a busy machine is slow, not wrong."""
        end, calls = time.monotonic() + PATIENCE, 0
        while time.monotonic() < end:
            if result := happened():
                return result
            if calls < (calls := len(self.calls())):
                end = time.monotonic() + PATIENCE
            time.sleep(0.05)
        raise AssertionError(
            f"this did not happen: {why}; calls: {[(c['method'], c['status']) for c in self.calls()][-12:]}"
        )

    def settled(self) -> None:
        """Wait until everything delivered was acknowledged."""
        self.until(lambda: not self.pending(), "everything acknowledged")

    def answers(self, *updates: Update) -> list[dict[str, Any]]:
        """Deliver updates and give what the bot sent for them."""
        before = len(self.sent())
        self.deliver(*updates)
        self.settled()
        return self.sent()[before:]

    def say(self, text: str = "", chat: int = 7, **parts: Any) -> dict[str, Any]:
        """Say one thing and give the bot's one reply."""
        (reply,) = self.answers(self.message(text, chat, **parts))
        return reply

    def press(self, label: str, message: dict[str, Any]) -> list[dict[str, Any]]:
        """Tap the button of a message that says `label`, and give what the bot sent."""
        return self.answers(self.tap(buttons_of(message)[label], message))

    def last_toast(self) -> str:
        """What the last tap showed for a moment."""
        return str(self.calls("answerCallbackQuery")[-1]["body"].get("text", ""))


def buttons_of(message: dict[str, Any]) -> dict[str, str]:
    """The buttons of a message: what each says, and its data or address."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return {button["text"]: button.get("callback_data") or button["url"] for row in rows for button in row}


def chat_of(chat: int) -> dict[str, Any]:
    return (
        {"id": chat, "type": "private", "first_name": "A"}
        if chat > 0
        else {"id": chat, "type": "supergroup", "title": "Carers"}
    )


def person(chat: int) -> dict[str, Any]:
    return {"id": abs(chat), "is_bot": False, "first_name": "A"}


def member(status: str) -> dict[str, Any]:
    return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})


@contextmanager
def peer() -> Iterator[World]:
    """A fresh Telegram, on a port of its own."""
    needs_peer()
    process = subprocess.Popen(
        ["node", "peer.js"], cwd=PEER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], "TOKEN": TOKEN},
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    world = World(f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}")
    try:
        yield world
    finally:
        world.close()
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


@contextmanager
def living(run: Callable[[asyncio.Event], Any]) -> Iterator[None]:
    """Run a bot in a thread with a loop of its own until the block ends. What ends it early fails the test."""
    stop, loop_ready, faults = asyncio.Event(), threading.Event(), list[BaseException]()
    loops = list[asyncio.AbstractEventLoop]()

    def work() -> None:
        async def main() -> None:
            loops.append(asyncio.get_running_loop())
            loop_ready.set()
            await run(stop)

        try:
            asyncio.run(main())
        except BaseException as exc:  # told to the test below
            faults.append(exc)

    thread = threading.Thread(target=work, name="bot")
    thread.start()
    loop_ready.wait(PATIENCE)
    try:
        yield
    finally:
        with suppress(RuntimeError):
            loops[0].call_soon_threadsafe(stop.set)
        thread.join(timeout=PATIENCE)
    if faults:
        raise faults[0]


def telegram_settings(built: Built, kept: Path, **more: Any) -> Settings:
    """Settings of a bot over the small library, with a database of its own."""
    return Settings(
        home=built.home, corpus=built.corpus, database_url=f"sqlite:///{kept}", telegram_token=SecretStr(TOKEN),
        telegram_rate=1000, rate="5000/minute", **more,
    )  # fmt: skip


@contextmanager
def bot_at_work(world: World, settings: Settings, house: House | None = None) -> Iterator[CareActBot]:
    """A bot that polls the peer until the block ends."""
    chosen = settings.model_copy(update={"telegram_api": world.address})
    bot = CareActBot(house or build_house(chosen, HashEmbedder()), chosen)
    with living(lambda stop: run_polling(bot, stop)):
        yield bot


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the shared bot."""
    return tmp_path_factory.mktemp("kept") / "conversations.db"


@pytest.fixture(scope="session")
def running(built: Built, kept: Path) -> Iterator[World]:
    with peer() as telegram, bot_at_work(telegram, telegram_settings(built, kept)):
        yield telegram


@pytest.fixture
def world(running: World) -> Iterator[World]:
    """Telegram with a bot at work that tests share; nothing a test makes it say is refused for its form."""
    before = len(running.refusals())
    yield running
    running.clear_faults()
    assert running.refusals()[before:] == []
