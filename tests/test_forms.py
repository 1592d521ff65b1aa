"""Letters and guided checks over the API: filled step by step, nothing kept between calls."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, trust_env=False, timeout=60) as opened:
        yield opened


def test_every_letter_there_is_can_be_opened_and_filled(client: httpx.Client) -> None:
    listed = client.get("/api/letters").json()["letters"]
    assert len(listed) > 10
    for item in listed:
        empty = client.post(f"/api/letters/{item['name']}", json={}).json()
        assert empty["title"] == item["title"]
        assert empty["missing"] == empty["form"]
        assert all(f"[{gap['label']}]" in empty["text"] for gap in empty["missing"])
        handles = {handle for line in empty["lines"] for handle in line["handles"]}
        assert handles == {cited["handle"] for cited in empty["sources"]}
        filled = client.post(f"/api/letters/{item['name']}", json={"fields": {g["name"]: "Jo" for g in empty["form"]}})
        assert filled.json()["missing"] == []


def test_what_was_said_before_fills_a_letter(client: httpx.Client) -> None:
    conversation = client.post("/api/conversation").json()["conversation"]
    body = {"question": "I look after my mum, can I get an assessment?", "conversation": conversation}
    assert client.post("/api/ask", json=body).json()["conversation"]["kept"]
    filled = client.post("/api/letters/carers-assessment", json={"conversation": conversation}).json()
    assert "my mum" in filled["fields"].values()


def test_a_letter_asked_for_in_words_comes_with_the_answer(client: httpx.Client) -> None:
    answer = client.post("/api/ask", json={"question": "please write a letter asking for a carers assessment"}).json()
    assert answer["status"] == "letter"
    assert answer["letter"]["name"] == "carers-assessment"


def test_every_check_can_be_gone_through_to_its_outcome(client: httpx.Client) -> None:
    listed = client.get("/api/checks").json()["checks"]
    assert listed
    for item in listed:
        answers: dict[str, str] = {}
        for number in range(1, 40):
            step = client.post(f"/api/checks/{item['name']}", json={"answers": answers}).json()
            if step["outcome"] is not None:
                break
            assert step["number"] == number
            answers = {**step["answers"], step["question"]: step["choices"][0]["id"]}
        assert step["outcome"]["status"] == "answered"
        assert step["outcome"]["sources"]
        useful = client.post("/api/feedback", json={"answer": step["outcome"]["id"], "useful": True})
        assert useful.status_code == 204


def test_an_answer_that_is_no_choice_is_asked_again(client: httpx.Client) -> None:
    [name] = [item["name"] for item in client.get("/api/checks").json()["checks"]][:1]
    first = client.post(f"/api/checks/{name}", json={}).json()
    again = client.post(f"/api/checks/{name}", json={"answers": {first["question"]: "banana"}}).json()
    assert again["question"] == first["question"]
    assert "pick one of the answers" in again["problem"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/letters/nobody", {}, 404),
        ("/api/checks/nobody", {}, 404),
        ("/api/letters/review", {"fields": {"x": 7}}, 422),
        ("/api/letters/review", {"fields": {"x": "y" * 3000}}, 422),
        ("/api/letters/review", {"conversation": "0" * 32}, 404),
        ("/api/checks/eligibility-carer", {"answers": ["x"]}, 422),
        ("/api/letters/..%2f..%2fetc", {}, 404),
    ],
)
def test_what_cannot_be_used_is_a_plain_problem(client: httpx.Client, path: str, body: Any, status: int) -> None:
    response = client.post(path, json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
