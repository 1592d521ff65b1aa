"""What the web adds to an answer: the same question put to the Assistant and over HTTP, in turn, in one process."""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from assistant.embedding import Embedder
from assistant.errors import CareActError
from assistant.settings import Settings
from assistant.web import create_app
from assistant.web.desk import Desk
from assistant.web.server import served
from assistant.wiring import House, build_house

_FREE = {"rate": "1000000/minute", "limits_url": "memory://"}
_MESSAGES = 5  # of one conversation


@dataclass
class Pairs:
    """Seconds of the same question asked both ways, one right after the other."""

    name: str
    direct: list[float] = field(default_factory=list)
    web: list[float] = field(default_factory=list)

    def line(self) -> str:
        """The median of each way, and the median of what the web took longer than the call beside it."""
        p50 = {"Assistant.answer": self.direct, "over HTTP": self.web}
        told = ", ".join(f"{name} {statistics.median(times) * 1000:.1f} ms" for name, times in p50.items())
        more = statistics.median(web - direct for direct, web in zip(self.direct, self.web, strict=True))
        return f"{self.name}: p50 {told}; the web adds {more * 1000:.1f} ms (p50 of {len(self.direct)} pairs)"


def overhead(settings: Settings, questions: Sequence[str], embedder: Embedder | None = None) -> Iterator[str]:
    """A line for single questions, and one for questions of a conversation.

    Every question is asked once before it is timed, so that neither way is the first to meet it.
    """
    with tempfile.TemporaryDirectory() as folder:
        apart = {"database_url": f"sqlite:///{folder}/conversations.db"}
        house = build_house(settings.model_copy(update=apart), embedder)
        app = create_app(house, settings.model_copy(update=_FREE))
        try:
            with served(app) as address:
                ask_both_ways = _both_ways(
                    house, app.state.front.desk, _Client(address.removeprefix("http://")), questions
                )
                yield from (pairs.line() for pairs in ask_both_ways)
        finally:
            house.conversations.close()
            house.keys.close()


def _both_ways(house: House, desk: Desk, client: _Client, questions: Sequence[str]) -> tuple[Pairs, Pairs]:
    single, talk = Pairs("one question"), Pairs("in a conversation")
    conversation = ""
    for n, question in enumerate(questions):
        _pair(single, n, partial(house.assistant.answer, question), partial(client.ask, question))
        if n % _MESSAGES == 0:
            conversation = client.begin()
        direct = partial(house.assistant.answer, question, desk.said(conversation))
        _pair(talk, n, direct, partial(client.ask, question, conversation))
    client.close()
    return single, talk


def _pair(pairs: Pairs, n: int, direct: Callable[[], object], web: Callable[[], object]) -> None:
    """Asks both ways; which goes first changes from pair to pair."""
    direct()
    both = [(pairs.direct, direct), (pairs.web, web)]
    for times, ask in both if n % 2 else reversed(both):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)


class _Client:
    """A person's program: one connection that is kept, as a browser keeps it."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=60)

    def begin(self) -> str:
        """The id of a new conversation."""
        return str(json.loads(self._post("/api/conversation", b""))["conversation"])

    def ask(self, question: str, conversation: str = "") -> None:
        """Ask, and wait for the whole reply."""
        body = {"question": question} | ({"conversation": conversation} if conversation else {})
        self._post("/api/ask", json.dumps(body).encode())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _post(self, path: str, body: bytes) -> bytes:
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        said = response.read()
        if response.status >= 300:
            raise CareActError(f"The server answered {path} with {response.status}. Run `care-act serve` to see why.")
        return said
