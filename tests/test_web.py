"""The API and the page over real HTTP: answers, plain refusals of what cannot be read, and careful headers."""

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from conftest import Built
from serving import serving
from test_presenting import held_to_contract

from assistant.assistant import Assistant
from assistant.web import create_app
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, trust_env=False, timeout=60) as opened:
        yield opened


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """A plain problem of a status (RFC 9457), with no trace in it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert set(told) == {"type", "title", "status", "detail", "message", "request"}
    assert told["request"] == response.headers["x-request-id"]
    assert told["status"] == status
    assert "Traceback" not in response.text
    return told


def test_a_question_gets_the_object_of_the_contract(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 200
    answer = response.json()
    assert (answer.pop("subject"), answer.pop("conversation")) == ("assessment-carer", None)
    assert [offer["name"] for offer in answer.pop("offers")] == [
        "carers-assessment",
        "eligibility-decision-in-writing",
        "eligibility-carer",
    ]
    held_to_contract(answer)
    assert answer["sources"][0]["place"] == "s.20(1)"


def test_register_and_turns_are_kept(client: httpx.Client) -> None:
    answer = client.post(
        "/api/ask", json={"question": "and who pays?", "turns": [QUESTION], "register": "staff"}
    ).json()
    assert answer["register"] == "staff"
    assert answer["retrieved"][0]["place"] == "s.20"


def test_the_server_says_it_is_well(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_the_page_answers_a_form_without_javascript(client: httpx.Client) -> None:
    asked = client.get("/")
    assert '<form method="post" action="/">' in asked.text
    assert "<script" not in asked.text
    answered = client.post("/", data={"question": QUESTION, "register": "plain"})
    assert answered.status_code == 200
    assert "Yes. Your council must meet your needs" in answered.text
    assert 'href="https://www.legislation.gov.uk/ukpga/2014/23/section/20"' in answered.text


def test_an_empty_form_is_asked_back(client: httpx.Client) -> None:
    assert "Please type a question" in client.post("/", data={"question": ""}).text
    assert "Please type a question" in client.post("/").text


def test_the_page_shows_what_was_asked_as_text_and_never_as_markup(client: httpx.Client) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
    page = client.post("/", data={"question": nasty}).text
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page


@pytest.mark.parametrize("register", ["plain", "easy", "staff"])
def test_the_page_remembers_how_to_word_the_answer(client: httpx.Client, register: str) -> None:
    for page in (
        client.get("/", params={"register": register}),
        client.post("/", data={"question": "x", "register": register}),
    ):
        assert f'value="{register}" checked' in page.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        None,
        7,
        {"question": 7},
        {"question": None},
        {"question": ["x"]},
        {"question": "x", "turns": "x"},
        {"question": "x", "turns": [7]},
        {"question": "x", "turns": ["x"] * 21},
        {"question": "x", "register": "pirate"},
        {"question": "x", "questions": "y"},
    ],
)
def test_a_body_of_the_wrong_shape_is_refused_in_plain_words(client: httpx.Client, body: Any) -> None:
    told = problem(client.post("/api/ask", json=body), 422)
    assert "/openapi.json describes" in told["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"not json", 422),
        (b'{"question": "\xff"}', 400),
        (b"[" * 50_000, 400),
        (rb'{"question": "\ud800"}', 422),
    ],
)
def test_a_body_that_is_not_json_is_refused_in_plain_words(client: httpx.Client, body: bytes, status: int) -> None:
    problem(client.post("/api/ask", content=body, headers={"content-type": "application/json"}), status)


def test_broken_utf8_in_the_form_gets_an_answer(client: httpx.Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/", content=b"question=respite+%ff%fe+\xff", headers=form).status_code == 200


def test_100_kb_is_answered(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"question": "how much savings can i have " * 3600})
    assert response.status_code == 200
    assert response.json()["status"] != "error"


@pytest.mark.parametrize("path", ["/", "/api/ask"])
def test_more_than_that_is_refused_before_it_is_read(client: httpx.Client, path: str) -> None:
    told = problem(client.post(path, content=b"x" * 300_000), 413)
    assert "at most 200,000 bytes" in told["detail"]


def test_a_body_of_unknown_length_is_read_up_to_the_same_limit(client: httpx.Client) -> None:
    header = {"content-type": "application/json"}
    body = json.dumps({"question": QUESTION}).encode()
    assert client.post("/api/ask", content=iter([body[:9], body[9:]]), headers=header).status_code == 200
    problem(client.post("/api/ask", content=iter([b"x" * 10_000] * 30), headers=header), 413)


def test_a_length_that_is_a_lie_does_no_harm(served: str) -> None:
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as raw:
        raw.sendall(b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")
        assert b" 400 " in raw.recv(200).splitlines()[0]
    assert httpx.get(f"{served}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/api/ask", 405), ("GET", "/docs", 404), ("DELETE", "/", 405)],
)
def test_an_address_that_is_not_there_is_a_plain_problem(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    problem(client.request(method, path), status)


@pytest.mark.parametrize("path", ["/", "/healthz", "/style.css", "/nowhere", "/../../etc/passwd", "/?register=pirate"])
def test_every_response_carries_the_careful_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_refusals_carry_the_careful_headers_too(client: httpx.Client) -> None:
    for response in (client.post("/", content=b"x" * 300_000), client.post("/api/ask", json=[])):
        assert response.headers["x-content-type-options"] == "nosniff"


def test_nothing_a_person_asks_is_logged(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.post("/", data={"question": "Agnes Pettigrew hides it in the piano"})
        client.post("/api/ask", json={"question": "Agnes Pettigrew hides it in the piano"})
    assert "Pettigrew" not in json.dumps([repr(record.__dict__) for record in caplog.records])


class Breaks(Assistant):
    """An assistant whose own safety net is broken."""

    def __init__(self) -> None:
        """Needs no parts."""

    def stream(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("Agnes Pettigrew")


def test_even_a_broken_assistant_gives_a_plain_problem(house: House, built: Built) -> None:
    with serving(create_app(replace(house, assistant=Breaks()), built.settings)) as address:
        response = httpx.post(f"{address}/api/ask", json={"question": "x"}, trust_env=False)
    told = problem(response, 500)
    assert "Agnes" not in response.text
    assert "Nothing was kept" in told["detail"]
