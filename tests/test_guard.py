"""What every request passes: limits of time and size, ids, and problems of one shape whoever gives them."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from serving import serving
from starlette.middleware import Middleware

from assistant.web.guard import Guard
from assistant.web.metrics import Metrics
from assistant.web.problems import plain_errors
from assistant.web.server import PatientProtocol

QUESTION = "Can I get a break from looking after my mum?"


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as opened:
        yield opened


def received(opened: socket.socket) -> tuple[int, dict[str, Any]]:
    """The status and the problem that come before the server ends the connection."""
    got = b""
    while piece := opened.recv(65_536):
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


def alive(address: str) -> bool:
    return httpx.get(f"{address}/healthz", trust_env=False).status_code == 200


def test_a_client_that_sends_nothing_or_half_a_header_is_not_waited_for(
    served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.2)
    for sent in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "):
        with connected(served) as opened:
            opened.sendall(sent)
            assert received(opened)[0] == 408
    assert alive(served)


def test_ten_thousand_headers_are_refused(served: str) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    with connected(served) as opened:
        opened.sendall(head + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n")
        assert received(opened)[0] == 431
    with connected(served) as opened:
        opened.sendall(head + b"".join(b"X-%d: 1\r\n" % n for n in range(101)) + b"\r\n")
        assert received(opened)[1]["title"] == "Too many headers"
    assert alive(served)


def test_a_header_without_end_is_cut_off(served: str) -> None:
    with connected(served) as opened:
        opened.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        with pytest.raises(OSError, match=r"reset|pipe"):
            for _ in range(20_000):
                opened.sendall(b"x" * 1000)
    assert alive(served)


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00\x01\x00", b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_what_is_not_http_is_refused(served: str, nonsense: bytes) -> None:
    with connected(served) as opened:
        opened.sendall(nonsense)
        assert received(opened)[0] == 400
    assert alive(served)


def test_a_request_id_of_the_callers_is_kept_and_a_strange_one_is_not(served: str) -> None:
    kept = httpx.get(f"{served}/healthz", headers={"X-Request-ID": "from-the-proxy-1"}, trust_env=False)
    assert kept.headers["x-request-id"] == "from-the-proxy-1"
    strange = httpx.get(f"{served}/healthz", headers={"X-Request-ID": "<b>\t" + "x" * 200}, trust_env=False)
    assert strange.headers["x-request-id"].isalnum()


def test_two_tabs_at_once_lose_nothing(served: str) -> None:
    with httpx.Client(base_url=served, trust_env=False, timeout=60) as client:
        conversation = client.post("/api/conversation").json()["conversation"]

        def ask(n: int) -> None:
            client.post("/api/ask", json={"question": f"{QUESTION} {n}", "conversation": conversation})

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        said = client.get("/api/conversation", headers={"X-Conversation": conversation}).json()["said"]
    assert sorted(said) == [f"{QUESTION} {n}" for n in range(6)]


@pytest.fixture(scope="module")
def impatient() -> Iterator[str]:
    """A tiny application behind a guard with short limits."""
    app = FastAPI(middleware=[Middleware(Guard, metrics=Metrics(), body_seconds=0.3, answer_seconds=1.0)])
    plain_errors(app)

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @app.get("/stuck")
    async def stuck() -> None:
        await asyncio.sleep(3.0)

    @app.get("/long-stream")
    async def long_stream() -> StreamingResponse:
        async def pieces() -> Any:
            for n in range(5):
                yield f"{n}\n"
                await asyncio.sleep(0.3)

        return StreamingResponse(pieces())

    @app.get("/breaks-mid-way")
    async def breaks_mid_way() -> StreamingResponse:
        async def pieces() -> Any:
            yield "first\n"
            raise RuntimeError("Agnes Pettigrew")

        return StreamingResponse(pieces())

    with serving(app) as address:
        yield address


def test_a_body_that_trickles_in_is_refused(impatient: str) -> None:
    with connected(impatient) as opened:
        opened.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n")
        opened.sendall(b'Content-Length: 12\r\n\r\n{"a"')
        assert received(opened)[0] == 408


def test_an_answer_that_does_not_come_is_given_up_in_plain_words(impatient: str) -> None:
    response = httpx.get(f"{impatient}/stuck", trust_env=False, timeout=20)
    assert (response.status_code, response.headers["content-type"]) == (504, "application/problem+json")
    assert "999" in response.json()["detail"]


def test_a_stream_may_take_as_long_as_it_likes_once_begun(impatient: str) -> None:
    assert httpx.get(f"{impatient}/long-stream", trust_env=False, timeout=20).text == "0\n1\n2\n3\n4\n"


def test_a_stream_that_breaks_ends_and_says_nothing_of_why(impatient: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        pytest.raises(httpx.RemoteProtocolError),
        httpx.stream("GET", f"{impatient}/breaks-mid-way", trust_env=False) as response,
    ):
        response.read()
    assert "Pettigrew" not in caplog.text
