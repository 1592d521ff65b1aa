"""The Model Context Protocol at /mcp: other assistants `ask`, `search` and read a `passage`. The only door to mcp.

Each request stands alone, so any number of processes can serve it. A staff key is needed.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from anyio import to_thread
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assistant import __version__
from assistant.domain import Register
from assistant.web.api import opened_json, whole
from assistant.web.desk import Asked
from assistant.web.front import Front
from assistant.web.problems import Refused
from assistant.web.shapes import LONGEST_BODY, LONGEST_QUESTION, RegisterName, Strict, Text

PATH = "/mcp"


class AskTool(Strict):
    """Answer a question about adult social care in England from checked sentences, with the law they rest on."""

    model_config = ConfigDict(title="ask")

    question: Text = Field(
        max_length=LONGEST_QUESTION, description="the question, in everyday words, without personal details"
    )
    register_: RegisterName = Field("plain", alias="register", description="how the answer is worded")
    turns: list[Text] = Field(
        default_factory=list, max_length=20, description="what the person said before, oldest first"
    )


class SearchTool(Strict):
    """Find answer cards and passages of the law and the guidance, best first."""

    model_config = ConfigDict(title="search")

    text: Text = Field(max_length=2000, description="what to look for")
    most: int = Field(8, ge=1, le=20, description="how many to give")


class PassageTool(Strict):
    """Read the official words at a place, with the passages before and after."""

    model_config = ConfigDict(title="passage")

    source: Text = Field(max_length=80, description="a source, such as care-act-2014")
    place: Text = Field(max_length=80, description="a place in it, such as s.20(1)")
    around: int = Field(1, ge=0, le=5, description="how many passages before and after")


_TOOLS: dict[str, type[Strict]] = {"ask": AskTool, "search": SearchTool, "passage": PassageTool}


class Tools:
    """The endpoint. It serves while `running`, once."""

    def __init__(self, front: Front) -> None:
        self._front = front
        server = Server(
            "care-act",
            version=__version__,
            title="Care Act assistant",
            instructions="Answers about adult social care in England under the Care Act 2014. Quote `text` as it stands, with its sources.",
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self._manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=LONGEST_BODY
        )
        self.route = Route(PATH, self, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of a staff key."""
        request = Request(scope)
        visitor = await to_thread.run_sync(self._front.doors.staff, request)
        await to_thread.run_sync(self._front.doors.count, visitor)  # counts may stand in another place
        await self._manager.handle_request(scope, receive, send)

    async def _list(self, *_: Any) -> types.ListToolsResult:
        tools = [
            types.Tool(name=name, description=model.__doc__, input_schema=model.model_json_schema(by_alias=True))
            for name, model in _TOOLS.items()
        ]
        return types.ListToolsResult(tools=tools)

    async def _call(self, _: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            wanted = _TOOLS[params.name].model_validate(params.arguments or {})
            found = await to_thread.run_sync(self._found, wanted)
        except KeyError:
            return _failed(f"There is no tool '{params.name[:40]}'. There are {', '.join(_TOOLS)}.")
        except ValidationError as exc:
            first = exc.errors()[0]  # its message names the rule that was broken, never the value
            return _failed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")
        except Refused as exc:
            return _failed(exc.detail)
        shown = found.get("text") or json.dumps(found, ensure_ascii=False, indent=1)
        return types.CallToolResult(content=[types.TextContent(type="text", text=shown)], structured_content=found)

    def _found(self, wanted: Strict) -> dict[str, Any]:
        match wanted:
            case AskTool():
                asked = Asked(wanted.question, Register(wanted.register_), wanted.turns, channel="mcp")
                return whole(self._front.desk.ask(asked), "")
            case SearchTool():
                return {"found": [asdict(hit) for hit in self._front.house.reading.search(wanted.text, wanted.most)]}
            case PassageTool():
                opened = self._front.house.reading.open(wanted.source, wanted.place, wanted.around)
                if opened is None:
                    raise Refused(
                        404, "No such place", "No such place. Take `source` and `place` from the sources of an answer."
                    )
                return opened_json(opened)
        raise AssertionError(wanted)


def _failed(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)
