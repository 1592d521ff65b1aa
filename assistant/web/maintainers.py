"""The maintainers' page (`care-act serve --admin`): a sign-in, what could not be answered, a case made from what was left.

It works without JavaScript. The key is typed into a form and changed for a cookie (`sessions.py`); no page holds it. Only
a form of this very page is obeyed: browsers say where a form was (`Origin`), and SameSite alone lets a sister site in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.keys import StaffKey
from assistant.web import sheets
from assistant.web.admin import NO_SUBJECT, case_of, overview_of
from assistant.web.front import Anyone, At, Front
from assistant.web.problems import Refused
from assistant.web.sessions import COOKIE, SECONDS, Sessions
from assistant.web.shapes import Token

MOST = 2000  # rows of each kind that the page is made from
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ENDED = {
    "not_found": "nothing found",
    "signposted_personal": "about one person's case",
    "signposted_outside_scope": "outside the Care Act",
    "signposted_outside_england": "outside England",
    "error": "the program failed",
}
_WRONG = "That is not a staff key in use. Type it again, or ask the operator for one: care-act keys make NAME."
_OVER = "Your sign-in is over, and nothing was lost. Please sign in again."

router = APIRouter(prefix="/admin", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A subject that ended without an answer: how often, in which ways, and when last."""

    title: str
    times: int
    ways: str
    last: str


@router.get("", response_class=HTMLResponse)
def look(request: Request, at: At) -> Response:
    """What maintainers see; to anybody else the form to sign in."""
    if _holder(request, at) is None:
        return _sheet("sign-in.html", problem=_OVER if COOKIE in request.cookies else "")
    seen = overview_of(at.house, MOST)
    feedback = [{**row, "title": _title(at, row["subject"])} for row in seen["feedback"]]
    left = [row for row in feedback if row["question"]]
    return _sheet(
        "maintainers.html",
        built=seen["library_built"],
        sources=seen["sources"],
        gaps=list(_gaps(seen["unanswered"])),
        left=sorted(left, key=lambda row: (row["useful"], row["title"])),
        opinions=[row for row in feedback if row["why"] and not row["question"]],
        useful=sum(row["useful"] for row in feedback),
        useless=sum(not row["useful"] for row in feedback),
    )


@router.post("/sign-in", response_class=HTMLResponse)
def sign_in(request: Request, at: At, by: Anyone, key: Annotated[str, Form()] = "") -> Response:
    """Change a staff key for a cookie."""
    _only_from_here(request)
    at.doors.count(by)
    cookie = _sessions(at).begin(key)
    if not cookie:
        at.metrics.refused("key")
        return _sheet("sign-in.html", 403, problem=_WRONG)
    back = RedirectResponse("/admin", 303)
    safely = request.url.scheme == "https"  # without TLS, as on this machine alone, such a cookie would never come back
    back.set_cookie(COOKIE, cookie, SECONDS, path="/admin", secure=safely, httponly=True, samesite="strict")
    return back


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Forget the cookie."""
    _only_from_here(request)
    back = RedirectResponse("/admin", 303)
    back.delete_cookie(COOKIE, path="/admin", httponly=True, samesite="strict")
    return back


@router.post("/case/{answer}", response_class=HTMLResponse)
def make_case(request: Request, at: At, answer: Token, file: Annotated[bool, Form()] = False) -> Response:
    """An evaluation case of a question that was left: to look at, or as a file."""
    _only_from_here(request)
    if _holder(request, at) is None:
        return _sheet("sign-in.html", 403, problem=_OVER)
    case = case_of(at.house.conversations, answer)
    line = json.dumps(case, ensure_ascii=False)
    if file:
        headers = {"Content-Disposition": f'attachment; filename="{case["id"]}.jsonl"'}
        return Response(line + "\n", media_type="application/x-ndjson", headers=headers)
    return _sheet("case.html", case=case, line=line, answer=answer, title=_title(at, case["topic"]))


def _holder(request: Request, at: Front) -> StaffKey | None:
    cookie = request.cookies.get(COOKIE, "")
    return _sessions(at).holder(cookie) if cookie else None


def _sessions(at: Front) -> Sessions:
    return Sessions(at.house.keys, at.house.secret)


def _only_from_here(request: Request) -> None:
    """Raises Refused unless the form stood on a page of this server."""
    origin = urlsplit(request.headers.get("origin", "").lower()).netloc
    if not origin or origin != request.headers.get("host", "").lower():
        raise Refused(
            403, "Not from this page", "Open /admin on this server in a tab of its own, and use the form there."
        )


def _gaps(rows: Sequence[Mapping[str, Any]]) -> Iterator[Gap]:
    """The unanswered by subject, most often first."""
    times: Counter[str] = Counter()
    for row in rows:
        times[row["title"]] += row["count"]
    for title, count in times.most_common():
        ways: Counter[str] = Counter()
        for row in rows:
            if row["title"] == title:
                ways[_ENDED.get(row["status"], row["status"])] += row["count"]
        last = max(row["day"] for row in rows if row["title"] == title)
        yield Gap(title, count, ", ".join(f"{way} {n}" for way, n in ways.most_common()), last)


def _title(at: Front, subject: str) -> str:
    return at.house.reference.topics.get(subject, NO_SUBJECT)


def _sheet(name: str, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(sheets.html(name, **values), status, {"Content-Security-Policy": _POLICY})
