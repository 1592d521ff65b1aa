"""Letters and guided checks under /api. Nothing is kept between calls: the page holds what was filled in and sends it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import Field

from assistant.checks import step_json
from assistant.domain import Register
from assistant.errors import ConversationsUnavailable
from assistant.web.front import Anyone, At, Front
from assistant.web.problems import Refused, may_answer
from assistant.web.shapes import AnswerShape, RegisterName, SentenceShape, Shape, SourceShape, Strict, Text, Token

router = APIRouter(prefix="/api", tags=["letters and checks"])
Name = Annotated[str, Path(max_length=80)]
Value = Annotated[Text, Field(max_length=2000)]
Key = Annotated[Text, Field(max_length=80)]


class Fill(Strict):
    """What the person wrote for the gaps. With `conversation`, what was said before fills the gaps left open."""

    fields: dict[Key, Value] = Field(default_factory=dict, max_length=60)
    conversation: Token | None = None


class Answers(Strict):
    """What was answered so far: the id of a choice by the id of its question."""

    answers: dict[Key, Value] = Field(default_factory=dict, max_length=60)
    register_: Annotated[RegisterName, Field(alias="register")] = "plain"


class FieldShape(Shape):
    """A gap: its name, what stands in its place until it is filled, and the question that fills it."""

    name: str
    label: str
    question: str


class LetterItem(Shape):
    """A letter there is."""

    name: str
    title: str
    when: str
    topics: list[str]


class LettersShape(Shape):
    """The letters there are."""

    letters: list[LetterItem]


class LetterShape(Shape):
    """A letter, filled as far as it can be. `form` are all its gaps, `missing` those still open in `text`."""

    name: str
    title: str
    text: str
    lines: list[SentenceShape]
    sources: list[SourceShape]
    fields: dict[str, str]
    missing: list[FieldShape]
    form: list[FieldShape]


class CheckItem(Shape):
    """A guided check there is."""

    name: str
    title: str
    about: str


class ChecksShape(Shape):
    """The guided checks there are."""

    checks: list[CheckItem]


class ChoiceShape(Shape):
    """An answer to pick."""

    id: str
    label: str


class OutcomeShape(AnswerShape):
    """What the answers mean: an answer without a conversation."""


class StepShape(Shape):
    """A question with its choices, or the outcome. Send `answers` back with the next answer added under `question`."""

    check: str
    title: str
    answers: dict[str, str]
    number: int
    question: str
    text: str
    help: list[str]
    choices: list[ChoiceShape]
    takes_amount: bool
    problem: str
    outcome: OutcomeShape | None


@router.get("/letters", operation_id="letters", response_model=LettersShape, responses=may_answer(401, 403))
def letters(at: At, _: Anyone) -> dict[str, Any]:
    """The letters there are."""
    forms = [at.house.assistant.letters.get(name) for name in at.house.assistant.letters.names()]
    return {"letters": [{"name": f.name, "title": f.title, "when": f.when, "topics": list(f.topics)} for f in forms]}


@router.post(
    "/letters/{name}", operation_id="fillLetter", response_model=LetterShape, responses=may_answer(401, 403, 404, 422)
)
def fill(name: Name, body: Annotated[Fill, Body()], at: At, _: Anyone) -> dict[str, Any]:
    """Fill a letter. What is left open stays as `[your name]`, with a short question for each gap."""
    letters = at.house.assistant.letters
    if name not in letters.names():
        raise Refused(404, "No such letter", "GET /api/letters names those there are.")
    letter = letters.fill(name, {**_said(at, name, body.conversation), **body.fields})
    form = [asdict(gap) for gap in letters.get(name).fields]
    return {**asdict(letter), "form": form}


@router.get("/checks", operation_id="checks", response_model=ChecksShape, responses=may_answer(401, 403))
def checks(at: At, _: Anyone) -> dict[str, Any]:
    """The guided checks there are."""
    forms = [at.house.assistant.checks.get(name) for name in at.house.assistant.checks.names()]
    return {"checks": [{"name": form.name, "title": form.title, "about": form.about} for form in forms]}


@router.post(
    "/checks/{name}", operation_id="answerCheck", response_model=StepShape, responses=may_answer(401, 403, 404, 422)
)
def answer_check(name: Name, body: Annotated[Answers, Body()], at: At, _: Anyone) -> dict[str, Any]:
    """The first question when nothing is answered yet, then the next, then the outcome."""
    checks = at.house.assistant.checks
    if name not in checks.names():
        raise Refused(404, "No such check", "GET /api/checks names those there are.")
    step = step_json(checks.answer(name, body.answers, Register(body.register_)))
    if step["outcome"] is not None:
        step["outcome"] |= {"id": at.desk.token("answer"), "subject": "", "offers": [], "conversation": None}
    return step


def _said(at: Front, name: str, conversation: str | None) -> Mapping[str, str]:
    """What the person's own messages fill; nothing when the conversation cannot be read, and they fill the gap themselves."""
    if not conversation:
        return {}
    at.ours("conversation", conversation)
    try:
        return at.house.assistant.letters.fields_said(name, at.desk.said(conversation))
    except ConversationsUnavailable:
        return {}
