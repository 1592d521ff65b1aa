"""create_app(assistant): the whole web front over an assistant it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from assistant import __version__
from assistant.assistant import Assistant
from assistant.domain import Answer, Register
from assistant.presenting import as_json

LONGEST_BODY = 200_000  # bytes: a question of 100 kB and a few turns before it fit
EXAMPLES = (
    "Can I get a break from looking after my mum?",
    "Will they take the house to pay for care?",
    "The council refused to assess my dad. Can they?",
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Ask(BaseModel):
    """A question, and what the person said before it (oldest first)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=LONGEST_BODY)
    turns: list[str] = Field(default_factory=list, max_length=20)
    register_: Annotated[str, Field(alias="register", pattern="^(plain|easy|staff)$")] = "plain"


def create_app(assistant: Assistant) -> FastAPI:
    """The API, the page and the health check. Touches nothing until a request comes."""
    app = FastAPI(title="Care Act assistant", version=__version__, docs_url=None, redoc_url=None)
    page = _page()

    @app.middleware("http")
    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        length = request.headers.get("content-length", "0")
        if "transfer-encoding" in request.headers:  # a body of unknown length could fill the memory
            return _problem(411, "Length needed", "Send the request with a Content-Length.")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            return _problem(413, "Too long", f"Send at most {LONGEST_BODY} bytes. Ask the main question on its own.")
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    # Plain functions, so that an answer runs on a worker thread and never blocks the event loop.
    @app.post("/api/ask")
    def ask(body: Ask) -> dict[str, Any]:
        return as_json(assistant.answer(body.question, body.turns, Register(body.register_)))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/", response_class=HTMLResponse)
    def form(register: Annotated[str, Query(pattern="^(plain|easy|staff)$")] = "plain") -> str:
        return page(None, "", register)

    @app.post("/", response_class=HTMLResponse)
    def answer_form(
        question: Annotated[str, Form()] = "",
        # Another name inside: pydantic warns of a field called `register`, which its models have already.
        wording: Annotated[str, Form(alias="register", pattern="^(plain|easy|staff)$")] = "plain",
    ) -> str:
        return page(assistant.answer(question, register=Register(wording)), question, wording)

    @app.get("/style.css")
    def style() -> Response:
        return Response((_TEMPLATES / "style.css").read_bytes(), media_type="text/css")

    _plain_errors(app)
    return app


_TEMPLATES = Path(__file__).parent / "templates"


def _page() -> Callable[[Answer | None, str, str], str]:
    """The page as a function of an answer (or none), the question and the register."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("page.html")

    def render(answer: Answer | None, question: str, register: str) -> str:
        return template.render(
            answer=answer, question=question, register=register, registers=list(Register), examples=EXAMPLES
        )

    return render


def _plain_errors(app: FastAPI) -> None:
    """Errors as problem+json (RFC 9457): what happened and what to do, never a trace."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, exc: RequestValidationError) -> Response:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        return _problem(422, "Not understood", f"{where}: {first['msg']}. Send an object with a text field 'question'.")

    @app.exception_handler(HTTPException)
    async def refused(_: Request, exc: HTTPException) -> Response:
        return _problem(exc.status_code, str(exc.detail), "See the README for the addresses this server answers.")

    @app.exception_handler(Exception)
    async def broken(_: Request, exc: Exception) -> Response:
        return _problem(
            500,
            "Something went wrong",
            f"Nothing was kept. Try again; tell the operator '{type(exc).__name__}' if it stays.",
        )


def _problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse(
        {"title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
        headers=_HEADERS,
    )
