"""Errors as problem+json (RFC 9457): what happened and what to do, never a trace, never what a person wrote."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from assistant.errors import CareActError, ConversationsUnavailable
from assistant.web import sheets

log = logging.getLogger("care_act.web")
MEDIA = "application/problem+json"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_DANGER = "If someone is in danger now, call 999."
_ADVICE = {
    400: ("Not understood", "Send the request as JSON in UTF-8, with the header Content-Type: application/json."),
    404: ("Not found", "Nothing is here. The addresses this server answers are in /openapi.json."),
    405: ("Not possible here", "This address does not take that method. The header Allow names those it takes."),
    408: ("Too slow", "The request did not arrive in time. Send it again; nothing was kept."),
    413: ("Too long", "Send at most 200,000 bytes. Ask the main question on its own."),
}


class Problem(BaseModel):
    """What went wrong and what to do."""

    model_config = ConfigDict(json_schema_extra={"description": "RFC 9457. `request` is the id to give the operator."})

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    message: str = Field(description="the same as `detail`: where clients made for OpenAI look")
    request: str = Field("", description="id of this request, also in the header X-Request-ID")


class _Told(JSONResponse):
    """A problem as JSON; as a page to a browser that came to look at a page."""

    media_type = MEDIA

    def __init__(self, told: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(told.model_dump(), told.status, headers=dict(headers))
        self._told, self._more = told, dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if "text/html" not in Headers(scope=scope).get("accept", ""):  # a script's own requests do not ask for it
            await super().__call__(scope, receive, send)
            return
        headers = {**self._more, "content-security-policy": _PAGE_POLICY}
        page = HTMLResponse(sheets.html("problem.html", problem=self._told), self.status_code, headers)
        await page(scope, receive, send)


class Refused(Exception):
    """A request that is not served. `headers` go out with the problem."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.headers = status, title, detail, dict(headers or {})


def may_answer(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems an address may answer with, for its OpenAPI description. Every address may be too slow or too broken."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({*statuses, 400, 408, 413, 500, 503, 504})
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in every}


def problem(
    status: int, title: str, detail: str, request_id: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as a response."""
    told = Problem(title=title, status=status, detail=detail, message=detail, request=request_id)
    return _Told(told, headers or {})


def plain_errors(app: FastAPI) -> None:
    """Make every error of an application a problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError) -> Response:
        return problem(422, "Not understood", _what_is_wrong(exc), _id(request))

    @app.exception_handler(HTTPException)
    async def refused_by_the_framework(request: Request, exc: HTTPException) -> Response:
        if exc.status_code == 405:
            exc.headers = {"Allow": ", ".join(_methods(app, request.scope))}
        return of_http(exc, _id(request))

    @app.exception_handler(Refused)
    async def refused(request: Request, exc: Refused) -> Response:
        return problem(exc.status, exc.title, exc.detail, _id(request), exc.headers)

    @app.exception_handler(ConversationsUnavailable)
    async def away(request: Request, exc: ConversationsUnavailable) -> Response:
        log.error("%s", exc)
        return problem(
            503, "Not now", "The store behind this is away. Try again in a minute.", _id(request), {"Retry-After": "60"}
        )

    @app.exception_handler(Exception)
    async def broken(request: Request, exc: Exception) -> Response:
        return internal(exc, _id(request))


def of_http(exc: HTTPException, request_id: str) -> Response:
    """An error of the framework's as a problem."""
    title, detail = _ADVICE.get(exc.status_code, (HTTPStatus(exc.status_code).phrase, "See /openapi.json."))
    return problem(exc.status_code, title, detail, request_id, exc.headers)


def internal(exc: Exception, request_id: str) -> Response:
    """What a person sees when machinery broke. The log says where, and nothing of what was sent."""
    frames = traceback.extract_tb(exc.__traceback__)[-6:]
    where = " ← ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    said = f": {exc}" if isinstance(exc, CareActError) else ""
    log.error("a request failed: %s%s at %s", type(exc).__name__, said, where)
    detail = f"Nothing was kept. Try again; if it stays, tell the operator the request id. {_DANGER}"
    return problem(500, "Something went wrong", detail, request_id)


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """Every method an address takes. The framework names those of one route, and we have a route for each method."""
    methods: set[str] = set()
    for route in app.routes:
        if isinstance(route, Route) and route.matches(dict(scope))[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods)


def _what_is_wrong(exc: RequestValidationError) -> str:
    first = exc.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path", "header"}) or "body"
    if (first["type"] in {"json_invalid", "model_attributes_type", "missing"} and where == "body") or first[
        "type"
    ] == "json_invalid":
        return "The body is not a JSON object that this address takes. /openapi.json describes it."
    # Pydantic's message names the rule that was broken and never the value.
    return f"{where}: {first['msg']}. /openapi.json describes what this address takes."


def _id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))
