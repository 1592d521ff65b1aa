"""The API over real HTTP: conversations, the stream, feedback, sources; an answer comes even when nothing can be kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Built
from serving import serving

from assistant.conversations import Conversations
from assistant.web import create_app
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"
DANGER = "my dad has taken all his tablets and wont wake up"


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
def conversation(client: httpx.Client) -> str:
    begun = client.post("/api/conversation")
    assert begun.status_code == 201
    assert begun.json()["minutes"] == 30
    return str(begun.json()["conversation"])


def ask(client: httpx.Client, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, by name."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_follow_up_is_read_with_what_was_said_before(client: httpx.Client, conversation: str) -> None:
    first = ask(client, QUESTION, conversation=conversation)
    assert first["conversation"] == {"id": conversation, "messages": 0, "kept": True}
    second = ask(client, "and who pays?", conversation=conversation)
    assert second["conversation"]["messages"] == 1
    assert second["retrieved"][0]["place"] == "s.20"
    said = client.get("/api/conversation", headers={"X-Conversation": conversation}).json()["said"]
    assert said == [QUESTION, "and who pays?"]


def test_a_deleted_conversation_is_gone_and_can_go_on_empty(client: httpx.Client, conversation: str) -> None:
    ask(client, QUESTION, conversation=conversation)
    for _ in range(2):  # twice does no harm
        deleted = client.delete("/api/conversation", headers={"X-Conversation": conversation})
        assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get("/api/conversation", headers={"X-Conversation": conversation}).json()["said"] == []
    assert ask(client, "and who pays?", conversation=conversation)["conversation"]["messages"] == 0


def test_of_a_danger_nothing_is_kept(client: httpx.Client, conversation: str) -> None:
    answer = ask(client, DANGER, conversation=conversation)
    assert answer["status"] == "signposted_danger"
    assert answer["conversation"]["kept"] is False
    assert client.get("/api/conversation", headers={"X-Conversation": conversation}).json()["said"] == []


@pytest.mark.parametrize("made_up", ["0" * 32, "f" * 32])
def test_an_id_we_never_gave_out_is_known_as_such(client: httpx.Client, made_up: str) -> None:
    header = {"X-Conversation": made_up}
    for response in (
        client.post("/api/ask", json={"question": QUESTION, "conversation": made_up}),
        client.post("/api/ask/stream", json={"question": QUESTION, "conversation": made_up}),
        client.get("/api/conversation", headers=header),
        client.delete("/api/conversation", headers=header),
        client.post("/api/feedback", json={"answer": made_up, "useful": True}),
    ):
        assert response.status_code == 404
        assert "exactly as it came" in response.json()["detail"]


def test_an_answers_id_is_no_conversations_id(client: httpx.Client) -> None:
    answer = ask(client, QUESTION)["id"]
    assert client.get("/api/conversation", headers={"X-Conversation": answer}).status_code == 404


def test_the_stream_sends_checked_sentences_then_the_answer_then_done(client: httpx.Client, conversation: str) -> None:
    response = client.post("/api/ask/stream", json={"question": QUESTION, "conversation": conversation})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    sent = events(response.text)
    names = [name for name, _ in sent]
    assert names[-2:] == ["answer", "done"]
    assert set(names[:-2]) == {"status", "sentence"}
    answer = sent[-2][1]
    sentences = [data["text"] for name, data in sent if name == "sentence"]
    assert sentences == [s["text"] for s in (*answer["sentences"], *answer["next_steps"])]
    same = ask(client, QUESTION)
    for told in (answer, same):
        for name in ("id", "timings_ms", "conversation"):
            del told[name]
    assert answer == same


def test_the_stream_refuses_in_plain_problems_too(client: httpx.Client) -> None:
    response = client.post("/api/ask/stream", json={"question": 7})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


def test_a_person_who_goes_away_mid_answer_harms_nobody(client: httpx.Client) -> None:
    with client.stream("POST", "/api/ask/stream", json={"question": QUESTION}) as response:
        next(response.iter_bytes())
    assert ask(client, QUESTION)["status"] == "answered"


def test_feedback_is_kept_without_the_question_unless_the_person_agrees(client: httpx.Client, house: House) -> None:
    first, second = (ask(client, QUESTION) for _ in range(2))
    told = {"useful": False, "why": "ring me on 07700 900123", "subject": first["subject"], "question": QUESTION}
    assert client.post("/api/feedback", json={"answer": first["id"], **told}).status_code == 204
    assert client.post("/api/feedback", json={"answer": second["id"], **told, "agree": True}).status_code == 204
    kept, agreed = (house.conversations.opinion(answer["id"]) for answer in (first, second))
    assert kept is not None
    assert agreed is not None
    assert (kept.question, agreed.question) == ("", QUESTION)
    assert (kept.useful, kept.subject) == (False, "assessment-carer")
    assert "07700" not in kept.why


def test_a_subject_that_is_none_of_ours_is_refused(client: httpx.Client) -> None:
    answer = ask(client, QUESTION)["id"]
    body = {"answer": answer, "useful": True, "subject": "Agnes Pettigrew"}
    refused = client.post("/api/feedback", json=body)
    assert refused.status_code == 404
    assert "Pettigrew" not in refused.text


def test_every_source_of_an_answer_can_be_opened(client: httpx.Client) -> None:
    for cited in ask(client, QUESTION, register="staff")["sources"]:
        opened = client.get(f"/api/sources/{cited['source']}/{cited['place']}").json()
        assert (opened["title"], opened["url"]) == (cited["title"], cited["url"])


@pytest.mark.parametrize(
    "path", ["care-act-2014/s.999", "nobody/s.1", "care-act-2014/nonsense", "care-act-2014/s.20%00"]
)
def test_a_place_there_is_not_is_a_plain_problem(client: httpx.Client, path: str) -> None:
    response = client.get(f"/api/sources/{path}")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


@pytest.fixture
def away(house: House, built: Built, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server whose conversations cannot be kept."""
    (tmp_path / "damaged.db").write_bytes(b"not a database, but long enough to look at" * 50)
    damaged = Conversations(f"sqlite:///{tmp_path}/damaged.db")
    app = create_app(replace(house, conversations=damaged), built.settings)
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as opened:
        yield opened


def test_answers_come_when_nothing_can_be_kept_and_say_so(away: httpx.Client) -> None:
    conversation = away.post("/api/conversation").json()["conversation"]
    answer = ask(away, QUESTION, conversation=conversation)
    assert answer["status"] == "answered"
    assert answer["conversation"]["kept"] is False
    assert "could not keep what you said" in " ".join(answer["notes"])
    assert ask(away, QUESTION)["status"] == "answered"
    assert away.get("/readyz").json()["conversations"] == "away"
    assert "care_act_conversations_away_total 1.0" in away.get("/metrics").text
    header = {"X-Conversation": conversation}
    for refused in (away.get("/api/conversation", headers=header), away.delete("/api/conversation", headers=header)):
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "60"
