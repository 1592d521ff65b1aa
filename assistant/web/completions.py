"""The address an OpenAI client or an evaluation tool speaks to: /v1/chat/completions, whole or as a stream.

The words are those of `/api/ask`; no model is chosen here. `model` chooses how the answer is worded.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from assistant.domain import Register
from assistant.web.api import whole
from assistant.web.desk import Asked, Told
from assistant.web.front import At, Staff
from assistant.web.problems import Refused, may_answer
from assistant.web.shapes import LONGEST_QUESTION, Shape, Text

router = APIRouter(prefix="/v1", tags=["openai"])
MODELS = {"care-act": Register.PLAIN, "care-act-easy": Register.EASY, "care-act-staff": Register.STAFF}
_MADE = 1_396_310_400  # 1 April 2014, in seconds: the client wants a date, and the Act's year is as good as any
_MOST_BEFORE = 10


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(strict=True)

    type: Literal["text"]
    text: Text


class Said(BaseModel):
    """A message. Only what the user says is read: instructions to the assistant change nothing."""

    model_config = ConfigDict(strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: (
        Annotated[Text, Field(max_length=LONGEST_QUESTION)] | Annotated[list[Part], Field(max_length=50)] | None
    ) = None

    @property
    def words(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class Completion(BaseModel):
    """A chat completion request. Settings of a model, such as a temperature, are taken and not used."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: Annotated[Text, Field(max_length=80)] = "care-act"
    messages: list[Said] = Field(min_length=1, max_length=200)
    stream: bool = False


class Message(Shape):
    """The assistant's message."""

    role: Literal["assistant"]
    content: str


class ChoiceShape(Shape):
    """The one answer."""

    index: int
    message: Message
    finish_reason: Literal["stop"]


class CompletionShape(Shape):
    """A chat completion. `care_act` is the object of `/api/ask`, with sources and status."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceShape]
    care_act: dict[str, Any]


class ModelShape(Shape):
    """A name that `model` takes."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsShape(Shape):
    """The names that `model` takes."""

    object: Literal["list"]
    data: list[ModelShape]


@router.get("/models", operation_id="listModels", response_model=ModelsShape, responses=may_answer(401))
def models(_: Staff) -> dict[str, Any]:
    """The names that `model` takes: how the answer is worded."""
    data = [{"id": name, "object": "model", "created": _MADE, "owned_by": "care-act"} for name in MODELS]
    return {"object": "list", "data": data}


@router.post(
    "/chat/completions",
    operation_id="complete",
    response_model=CompletionShape,
    responses=may_answer(401, 404, 422, 429)
    | {
        200: {
            "description": "The answer; with `stream`, chunks of it",
            "content": {"text/event-stream": {}},
        }
    },
)
def complete(body: Annotated[Completion, Body()], at: At, by: Staff) -> Any:
    """Answer the last message of the user, read with those before it."""
    if body.model not in MODELS:
        raise Refused(404, "No such model", f"Use one of {', '.join(MODELS)}.")
    *before, question = [said.words for said in body.messages if said.role == "user"] or [""]
    at.doors.count(by)
    asked = Asked(question, MODELS[body.model], before[-_MOST_BEFORE:], channel="openai")
    if body.stream:
        return StreamingResponse(_chunks(at.desk.ask(asked), body.model), media_type="text/event-stream")
    told = at.desk.ask(asked)
    message = {"role": "assistant", "content": whole(told, "")["text"]}
    return {
        "id": f"chatcmpl-{told.answer.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "care_act": whole(told, ""),
    }


def _chunks(told: Told, model: str) -> Iterator[bytes]:
    """The checked text, line by line; joined, it is the text of the whole answer."""
    plain = {
        "id": f"chatcmpl-{told.answer.id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": line} for line in whole(told, "")["text"].splitlines(keepends=True)]
    for delta in deltas:
        yield _event({**plain, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**plain, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield format_sse_event(data_str="[DONE]")


def _event(chunk: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(chunk, ensure_ascii=False))
