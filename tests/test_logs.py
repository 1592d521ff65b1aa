"""Log lines: JSON or plain, the request's id on each through every step, and nobody's words on any."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import pytest
from conftest import Built
from serving import serving
from telegram_world import bot_at_work, peer, telegram_settings
from test_personal_data import planted

from assistant import logs
from assistant.errors import CareActError
from assistant.web import create_app
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"
STEPS = ["route", "understand", "retrieve", "compose", "verify", "present", "total"]
SECRET = "Doreen Quux, 07700 900123"


class Lines:
    """What was logged, as a platform would read it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def __call__(self, **wanted: object) -> list[dict[str, Any]]:
        """The lines that hold all of this."""
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if wanted.items() <= line.items()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything any logger says at any level, in JSON."""
    written, root, ours = Lines(), logging.getLogger(), logging.getLogger(logs.OURS)
    handler, levels = logs.writing(written.stream), (root.level, ours.level)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def test_a_request_carries_its_id_through_every_step_on_every_door(house: House, built: Built, lines: Lines) -> None:
    doors = {"whole-answer": "/api/ask", "as-a-stream": "/api/ask/stream"}
    with serving(create_app(house, built.settings)) as address, httpx.Client(base_url=address, trust_env=False) as web:
        for name, path in doors.items():
            web.post(path, json={"question": QUESTION}, headers={"X-Request-ID": name}, timeout=60)
    for name, path in doors.items():
        assert [line["step"] for line in lines(request=name, event="step done")] == STEPS
        [answered] = lines(request=name, event="answered")
        assert (answered["status"], list(answered["steps_ms"])) == ("answered", STEPS)
        [served] = lines(request=name, event="served")
        assert (served["method"], served["route"], served["status"]) == ("POST", path, 200)
        assert {"timestamp", "level", "logger"} <= served.keys()


def test_an_update_of_telegram_carries_its_number_through_every_step(
    built: Built, tmp_path: Path, lines: Lines
) -> None:
    with peer() as world, bot_at_work(world, telegram_settings(built, tmp_path / "kept.db")):
        update = world.message(QUESTION)
        world.answers(update)
    assert [line["step"] for line in lines(request=f"update-{update['update_id']}", event="step done")] == STEPS


def test_what_other_libraries_say_is_left_out_and_where_they_said_it_is_shown(lines: Lines) -> None:
    logging.getLogger("somebody.else").error("cannot send %s", SECRET, extra={"body": SECRET})
    [line] = lines(logger="somebody.else")
    assert SECRET not in json.dumps(line)
    assert line["where"].startswith("test_logs.py:")


def test_an_error_is_told_by_its_kind_and_place_never_by_its_text(lines: Lines) -> None:
    for name in ("care_act.web", "asyncio"):
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger(name).exception("broken")
        [line] = lines(logger=name)
        assert SECRET not in json.dumps(line)
        assert line["error"].startswith("ValueError ← test_logs.py:")


async def _two_at_once() -> None:
    def say(name: str) -> None:
        logging.getLogger("care_act").info("said", extra={"by": name})

    async def ask(name: str) -> None:
        with logs.request(name):
            await anyio.to_thread.run_sync(say, name)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, "one")
        tasks.start_soon(ask, "two")


def test_two_requests_at_once_are_not_mixed_up_in_threads(lines: Lines) -> None:
    anyio.run(_two_at_once)
    assert {(line["request"], line["by"]) for line in lines(event="said")} == {("one", "one"), ("two", "two")}


@pytest.fixture
def process_wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets a test start logging as the commands do, and puts everything back."""
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, logging.getLogger(logs.OURS).level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger(logs.OURS).setLevel(ours)
    logging.captureWarnings(False)


@pytest.mark.usefixtures("process_wide")
def test_what_a_thread_or_the_process_dies_of_is_one_line_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_logging()

    def die() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    try:
        die()
    except ValueError as exc:
        sys.excepthook(ValueError, exc, exc.__traceback__)
    logged = capsys.readouterr().err
    assert [json.loads(line)["event"] for line in logged.splitlines()] == [
        "a thread ended early",
        "this process ends",
    ]
    assert SECRET not in logged


@pytest.mark.usefixtures("process_wide")
def test_on_a_terminal_a_line_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start_logging("debug", as_json=False)
    logging.getLogger("care_act").debug("hello", extra={"n": 1})
    assert "hello" in (line := capsys.readouterr().err)
    assert "n=1" in line
    assert not line.startswith("{")


def test_planted_personal_details_are_on_no_line_whatever_breaks(
    house: House, built: Built, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serving(create_app(house, built.settings.model_copy(update={"rate": "100000/minute"}))) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as web,
    ):
        marks = []
        for n, (message, details) in enumerate(planted(60)):
            marks += details
            if n == 20:
                monkeypatch.setattr("assistant.assistant.understand", _breaks)
            if n == 40:
                monkeypatch.setattr(type(house.conversations), "said", _breaks)
            conversation = web.post("/api/conversation").json()["conversation"]
            web.post("/api/ask", json={"question": message, "conversation": conversation})
            web.post("/api/ask", json={"question": 7, message: message})
            web.get(f"/api/{message[:40]}", params={"q": message})
    logged = lines.stream.getvalue()
    assert "answer" in logged and '"status": 500' in logged
    assert [mark for mark in marks if mark in logged] == []


def _breaks(*given: object, **_: object) -> None:
    raise CareActError("broken on purpose") from ValueError(str(given))
