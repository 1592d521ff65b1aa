"""The JSON API under /api: ask, stream, conversations, feedback, sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from assistant.contract import as_json
from assistant.domain import Event, Passage, Register, Sentence
from assistant.reading import Opened
from assistant.web.desk import Asked, Told
from assistant.web.front import Anyone, At
from assistant.web.problems import Refused, may_answer
from assistant.web.shapes import TOKEN, AnswerShape, Ask, Begun, Feedback, History, OpenedShape

router = APIRouter(prefix="/api", tags=["api"])
Conversation = Annotated[str, Header(alias="X-Conversation", pattern=TOKEN, description="the conversation's id")]


def _asked(body: Annotated[Ask, Body()], at: At, by: Anyone) -> Asked:
    conversation = body.conversation or ""
    if conversation:
        at.ours("conversation", conversation)
    at.doors.count(by, conversation)
    channel = "staff" if by.staff else "web"
    return Asked(body.question, Register(body.register_), body.turns, conversation, channel)


Question = Annotated[Asked, Depends(_asked)]


@router.post("/ask", operation_id="ask", response_model=AnswerShape, responses=may_answer(401, 403, 404, 422, 429))
def ask(question: Question, at: At) -> Response:
    """Answer a question."""
    # A response, not a value: to check each answer against its own shape took longer than to make JSON of it. Tests do.
    return JSONResponse(whole(at.desk.ask(question), question.conversation))


@router.post(
    "/ask/stream",
    operation_id="askStream",
    response_class=EventSourceResponse,
    responses=may_answer(401, 403, 404, 422, 429),
)
def stream(question: Question, at: At) -> Iterator[ServerSentEvent]:
    """Answer a question as server-sent events: `status` and `sentence` as they are ready, then `answer`, then `done`."""
    for event in at.desk.stream(question):
        yield _sent(event, question.conversation)
    yield ServerSentEvent(event="done", data={})


@router.post(
    "/conversation", operation_id="begin", status_code=201, response_model=Begun, responses=may_answer(401, 403, 429)
)
def begin(at: At, by: Anyone) -> dict[str, Any]:
    """Begin a conversation, so that follow-up questions are understood. It is kept for `minutes` after the last word."""
    at.doors.count(by)
    return {"conversation": at.desk.begin(), "minutes": at.settings.conversation_minutes}


@router.get("/conversation", operation_id="history", response_model=History, responses=may_answer(401, 403, 404, 422))
def history(conversation: Conversation, at: At, _: Anyone) -> dict[str, Any]:
    """What was said in a conversation; nothing once it has expired."""
    at.ours("conversation", conversation)
    return {"conversation": conversation, "said": list(at.desk.said(conversation))}


@router.delete(
    "/conversation",
    operation_id="forget",
    status_code=204,
    response_class=Response,
    responses=may_answer(401, 403, 404, 422),
)
def forget(conversation: Conversation, at: At, _: Anyone) -> None:
    """Delete a conversation at once."""
    at.ours("conversation", conversation)
    at.desk.forget(conversation)


@router.post(
    "/feedback",
    operation_id="feedback",
    status_code=204,
    response_class=Response,
    responses=may_answer(401, 403, 404, 422, 429),
)
def feedback(body: Annotated[Feedback, Body()], at: At, by: Anyone) -> None:
    """Say whether an answer was useful. The question is kept only when the person agrees."""
    at.ours("answer", body.answer)
    if body.subject and body.subject not in at.house.reference.topics:
        raise Refused(404, "No such subject", "Give the subject of the answer as it came, or leave it out.")
    at.doors.count(by)
    question = body.question if body.agree else ""
    at.house.conversations.feedback(body.answer, body.useful, body.why, body.subject, question)


@router.get(
    "/sources/{source}/{place}",
    operation_id="openSource",
    response_model=OpenedShape,
    responses=may_answer(401, 403, 404, 422),
)
def open_source(
    source: Annotated[str, Path(max_length=80, examples=["care-act-2014"])],
    place: Annotated[str, Path(max_length=80, examples=["s.20(1)"])],
    at: At,
    _: Anyone,
    around: Annotated[int, Query(ge=0, le=5, description="how many passages before and after")] = 1,
) -> dict[str, Any]:
    """Open the passage behind a handle, with its neighbours. Take `source` and `place` from the answer's sources."""
    opened = at.house.reading.open(source, place, around)
    if opened is None:
        raise Refused(404, "No such place", "Take `source` and `place` from the sources of an answer.")
    return opened_json(opened)


def whole(told: Told, conversation: str) -> dict[str, Any]:
    """An answer as it goes out: the contract's object, its subject, what goes with it, and the conversation it belongs to."""
    remembered = {"id": conversation, "messages": told.messages, "kept": told.kept} if conversation else None
    offers = [asdict(offer) for offer in told.offers]
    return {**as_json(told.answer), "subject": told.answer.subject, "offers": offers, "conversation": remembered}


def opened_json(opened: Opened) -> dict[str, Any]:
    """An opened place as JSON."""
    plain = {name: getattr(opened, name) for name in Opened.__dataclass_fields__}
    return {**plain, **{side: [_passage(p) for p in getattr(opened, side)] for side in ("passages", "before", "after")}}


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "place": passage.place.ref,
        "heading": passage.heading,
        "text": passage.text,
        "in_force": passage.in_force,
    }


def _sent(event: Event | Told, conversation: str) -> ServerSentEvent:
    if isinstance(event, Told):
        return ServerSentEvent(event="answer", data=whole(event, conversation))
    if isinstance(event.value, Sentence):
        said = event.value
        data = {"text": said.text, "force": said.force, "handles": list(said.handles), "role": said.role}
        return ServerSentEvent(event="sentence", data=data)
    return ServerSentEvent(event="status", data={"text": str(event.value)})
