"""create_app(house, settings): the whole web front over a house it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from assistant import __version__
from assistant.settings import Settings
from assistant.web import admin, api, completions, embed, forms, maintainers, page, running
from assistant.web.front import Front
from assistant.web.guard import Guard
from assistant.web.problems import Problem, plain_errors
from assistant.web.tools import Tools
from assistant.wiring import House


def create_app(house: House, settings: Settings, with_admin: bool = False) -> FastAPI:
    """The API, the page and the checks of a house. Touches nothing until a request comes. Raises BadSetting."""
    front = Front.of(house, settings)
    tools = Tools(front)

    @asynccontextmanager
    async def running_tools(_: FastAPI) -> AsyncIterator[None]:
        async with tools.running():
            yield

    app = FastAPI(
        title="Care Act assistant",
        version=__version__,
        lifespan=running_tools,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(Guard, metrics=front.metrics), _cors(settings)],
    )
    app.state.front = front
    plain_errors(app)
    for room in (api, forms, page, embed, running, completions, *((admin, maintainers) if with_admin else ())):
        app.include_router(room.router)
    app.router.routes.append(tools.route)
    _describe_problems(app)
    return app


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Content-Type", "X-Conversation", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
        max_age=3600,
    )


def _describe_problems(app: FastAPI) -> None:
    """Put the shape of a problem into the OpenAPI document, where every address refers to it."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault("Problem", Problem.model_json_schema())
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
