"""A chat model over real HTTP on loopback, in all its moods: slow, broken, refusing, breaking off, talking nonsense."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import BadSetting, ChatUnavailable
from assistant.models import ChatModel, open_chat_model, prompt
from assistant.settings import Settings


class Stub(ThreadingHTTPServer):
    """An OpenAI-style server whose mood each test sets: one mood a request, the last one for ever."""

    daemon_threads = True
    moods: list[str]
    requests: list[dict[str, object]]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has given up is no error of the server."""


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        self.server.requests.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        mood = self.server.moods.pop(0) if len(self.server.moods) > 1 else self.server.moods[0]
        if mood in {"429", "500"}:
            self.send_response(int(mood))
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        if mood == "nonsense":
            self.wfile.write(b"data: <html>this is no model</html>\n\n")
            return
        if mood == "slow":
            time.sleep(3)
        for word in ("Your ", "council ", "must ", "assess ", "you. [1]"):
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": word}}]})
            if mood == "half" and word == "must ":
                self.close_connection = True
                self.wfile.write(b'data: {"cho')
                return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, what: dict[str, object]) -> None:
        whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stub", **what}
        self.wfile.write(b"data: " + json.dumps(whole).encode() + b"\n\n")


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub(("127.0.0.1", 0), Handler)
    server.moods, server.requests = ["well"], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def opened(stub: Stub, **more: object) -> ChatModel:
    settings = Settings(
        chat_model="openai:stub",
        chat_url=f"http://127.0.0.1:{stub.server_port}/v1",
        chat_key="k",
        chat_seconds=1.5,
        chat_price_in=2,
        chat_price_out=8,
        **more,
    )
    model = open_chat_model(settings)
    assert model is not None
    return model


def test_text_comes_in_pieces_and_what_it_cost_is_counted(stub: Stub) -> None:
    model = opened(stub)
    pieces = list(model.stream("Be brief.", "Must they assess me?"))
    assert "".join(pieces) == "Your council must assess you. [1]"
    assert len(pieces) > 1
    assert (model.spent.calls, model.spent.failures) == (1, 0)
    assert (model.spent.tokens_in, model.spent.tokens_out) == (1000, 10)
    assert model.spent.cost == pytest.approx(0.00208)


def test_a_model_that_is_cut_short_is_counted_and_is_in_no_trouble(stub: Stub) -> None:
    model = opened(stub)
    pieces = model.stream("be plain", "hello")
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # it is a generator, as its promise of an iterator need not say
    assert (model.spent.calls, model.spent.failures) == (1, 0)


def test_one_refusal_is_tried_again(stub: Stub) -> None:
    stub.moods = ["429", "well"]
    assert "".join(opened(stub).stream("a", "b")).endswith("[1]")
    assert len(stub.requests) == 2


@pytest.mark.parametrize("mood", ["429", "500", "slow", "half", "nonsense"])
def test_a_model_in_trouble_is_given_up_with_our_own_error(stub: Stub, mood: str) -> None:
    stub.moods = [mood]
    model = opened(stub)
    with pytest.raises(ChatUnavailable, match="openai:stub"):
        list(model.stream("a", "b"))
    assert model.spent.failures == 1
    assert len(stub.requests) <= 2


def test_after_three_failures_it_is_left_alone_for_a_minute(stub: Stub) -> None:
    stub.moods = ["500"]
    model = opened(stub)
    now = [100.0]
    model._clock = lambda: now[0]
    for _ in range(4):
        with pytest.raises(ChatUnavailable):
            list(model.stream("a", "b"))
    asked = len(stub.requests)
    assert asked == 6  # two tries each, and none the fourth time
    stub.moods, now[0] = ["well"], 161.0
    assert list(model.stream("a", "b"))


def test_without_a_setting_there_is_no_model() -> None:
    assert open_chat_model(Settings()) is None


@pytest.mark.parametrize("name", ["nobody:nothing", "openai", "anthropic:claude", ":::"])
def test_a_model_that_cannot_be_opened_says_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(BadSetting, match="CARE_ACT_CHAT_KEY"):
        open_chat_model(Settings(chat_model=name))


def test_options_that_are_no_object_are_named(stub: Stub) -> None:
    with pytest.raises(BadSetting):
        opened(stub, chat_options="not json")


def test_prompts_stand_once_in_files() -> None:
    assert "evidence" in prompt("instructions").substitute()
    assert "E1" in prompt("message").substitute(evidence="E1", said="", message="m")
