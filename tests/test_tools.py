"""The real MCP client asks, searches and reads a passage over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"


@pytest.fixture
def using(served: str, house: House) -> Callable[[Callable[[Any], Awaitable[Any]]], Any]:
    """Runs a piece of work with a connected client that holds a staff key."""
    from httpx2 import AsyncClient
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client

    key = house.keys.make("another assistant")[1]

    async def connected(work: Callable[[Any], Awaitable[Any]]) -> Any:
        http = AsyncClient(headers={"Authorization": f"Bearer {key}"}, trust_env=False)
        async with http, Client(streamable_http_client(f"{served}/mcp", http_client=http)) as client:
            return await work(client)

    return lambda work: asyncio.run(connected(work))


def test_the_tools_say_what_they_do_and_take(using: Any) -> None:
    listed = using(lambda client: client.list_tools())
    tools = {tool.name: tool for tool in listed.tools}
    assert set(tools) == {"ask", "search", "passage"}
    assert all(tool.description for tool in tools.values())
    assert set(tools["ask"].input_schema["properties"]) == {"question", "register", "turns"}


def test_a_question_is_answered_with_its_sources(using: Any) -> None:
    got = using(lambda client: client.call_tool("ask", {"question": QUESTION, "register": "easy"}))
    assert not got.is_error
    assert got.structured_content["status"] == "answered"
    assert got.content[0].text == got.structured_content["text"]
    assert got.structured_content["register"] == "easy"


def test_a_search_finds_cards_and_a_passage_can_be_read(using: Any) -> None:
    found = using(lambda client: client.call_tool("search", {"text": QUESTION, "most": 3})).structured_content["found"]
    assert len(found) == 3
    assert found[0]["kind"] == "card"
    source, place = found[0]["places"][0].split(" ", 1)
    read = using(lambda client: client.call_tool("passage", {"source": source, "place": place})).structured_content
    assert read["title"].startswith("Care Act 2014, section 20")


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": 7}, "question"),
        ("ask", {"question": "x", "nonsense": 1}, "nonsense"),
        ("passage", {"source": "nobody", "place": "s.1"}, "No such place"),
        ("dance", {}, "There is no tool 'dance'"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(using: Any, tool: str, arguments: dict[str, Any], told: str) -> None:
    got = using(lambda client: client.call_tool(tool, arguments))
    assert got.is_error
    assert told in got.content[0].text


def test_without_a_key_or_with_nonsense_there_is_a_plain_problem(served: str, house: House) -> None:
    assert httpx.post(f"{served}/mcp", json={}, trust_env=False).status_code == 401
    bearer = {"Authorization": f"Bearer {house.keys.make('x')[1]}", "Accept": "application/json, text/event-stream"}
    for body in (b"", b"{", b"[]", b"\xff", b'{"jsonrpc": "2.0"}'):
        refused = httpx.post(f"{served}/mcp", content=body, headers=bearer, trust_env=False)
        assert 400 <= refused.status_code < 500
        assert "Traceback" not in refused.text
