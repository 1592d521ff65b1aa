"""The maintainers' view: subjects and counts, feedback, dates; nothing that names a person; only with a key."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import Built
from serving import serving

from assistant.web import create_app
from assistant.wiring import House
from evals.cases import load_cases

LEFT = "Who pays when mum moves to another county? Ring me on 07700 900123"


@pytest.fixture
def client(house: House, built: Built) -> Iterator[httpx.Client]:
    bearer = {"Authorization": f"Bearer {house.keys.make('maintainer')[1]}"}
    with (
        serving(create_app(house, built.settings, with_admin=True)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60, headers=bearer) as opened,
    ):
        yield opened


def test_what_was_not_answered_is_counted_by_subject(client: httpx.Client) -> None:
    asked = client.post("/api/ask", json={"question": "how do i fix a carburettor on a 1972 motorbike"}).json()
    assert asked["status"] not in {"answered", "greeting"}
    seen = client.get("/api/admin/overview").json()
    assert any(row["status"] == asked["status"] for row in seen["unanswered"])
    assert "carburettor" not in str(seen)
    assert {"id", "title", "authority", "as_of", "passages"} == set(seen["sources"][0])
    assert seen["library_built"]


def test_a_question_that_was_left_becomes_an_evaluation_case(client: httpx.Client, tmp_path: Path) -> None:
    answer = client.post("/api/ask", json={"question": LEFT}).json()
    told = {"answer": answer["id"], "useful": False, "subject": answer["subject"], "question": LEFT}
    assert client.post("/api/feedback", json=told).status_code == 204
    assert client.post(f"/api/admin/case/{answer['id']}").status_code == 404  # nobody agreed yet
    assert client.post("/api/feedback", json={**told, "agree": True}).status_code == 204
    made = client.post(f"/api/admin/case/{answer['id']}").json()
    assert "07700" not in made["line"]
    (tmp_path / "cases.jsonl").write_text(made["line"] + "\n", encoding="utf-8")
    [case] = load_cases(tmp_path / "cases.jsonl")
    assert case.message.startswith("Who pays when mum moves")
    assert case.topic == answer["subject"]


def test_it_is_closed_without_a_key_and_absent_unless_asked_for(client: httpx.Client, served: str) -> None:
    assert httpx.get(f"{client.base_url}/api/admin/overview", trust_env=False).status_code == 401
    assert httpx.get(f"{served}/api/admin/overview", trust_env=False).status_code == 404
