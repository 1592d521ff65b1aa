"""The page that works without JavaScript: one box, a form, an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response

from assistant.document import APART, HEADINGS, LEADING, BlockKind, parts
from assistant.domain import Answer, Register
from assistant.web import sheets
from assistant.web.desk import Asked
from assistant.web.front import Anyone, At
from assistant.web.guard import PAGE_POLICY
from assistant.web.problems import Refused
from assistant.web.shapes import RegisterName

EXAMPLES = (
    "Can I get a break from looking after my mum?",
    "Will they take the house to pay for care?",
    "The council refused to assess my dad. Can they?",
)
_HEADERS = {"Content-Security-Policy": PAGE_POLICY}


router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def form(register: Annotated[RegisterName, Query()] = "plain") -> Response:
    """The empty page."""
    return HTMLResponse(_page(None, "", register), headers=_HEADERS)


@router.post("/", response_class=HTMLResponse)
def answer_form(
    at: At,
    by: Anyone,
    question: Annotated[str, Form()] = "",
    # Another name inside: pydantic warns of a field called `register`, which its models have already.
    wording: Annotated[RegisterName, Form(alias="register")] = "plain",
) -> Response:
    """The page with an answer on it; with what was written still in its box when the person has to wait."""
    try:
        at.doors.count(by)
    except Refused as refused:  # said on the page itself, so that what was written is not lost
        page = _page(None, question, wording, refused)
        return HTMLResponse(page, refused.status, {**_HEADERS, **refused.headers})
    told = at.desk.ask(Asked(question, Register(wording), channel="page"))
    return HTMLResponse(_page(told.answer, question, wording), headers=_HEADERS)


@router.get("/style.css")
def style() -> Response:
    """How the page looks."""
    return Response((sheets.FOLDER / "style.css").read_bytes(), media_type="text/css")


@router.get("/icon.svg")
@router.get("/favicon.ico")
def icon() -> Response:
    """The mark in a browser's tab. Browsers that were told of no other ask for the second address."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response((sheets.FOLDER / "icon.svg").read_bytes(), media_type="image/svg+xml", headers=headers)


def _page(answer: Answer | None, question: str, register: str, trouble: Refused | None = None) -> str:
    values = {"question": question, "register": register, "registers": list(Register), "examples": EXAMPLES}
    return sheets.html(
        "page.html",
        answer=answer,
        trouble=trouble,
        parts=parts(answer.sentences) if answer else (),
        leading=LEADING,
        apart=APART,
        say_heading=HEADINGS[BlockKind.SAY],
        **values,
    )
