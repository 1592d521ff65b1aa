"""The desk: questions take turns at the work, and who reads slowly holds up nobody."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

from assistant.assistant import Assistant
from assistant.domain import Event
from assistant.web.desk import Asked, Desk, Told
from assistant.web.metrics import Metrics
from assistant.wiring import House

QUESTION = Asked("Can I get a break from looking after my mum?")


class Watched:
    """The assistant, and how many worked on an answer at the same time."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant, self._lock = assistant, threading.Lock()
        self.now = self.most = 0

    def stream(self, *asked: Any) -> Iterator[Event]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        yield from self._assistant.stream(*asked)
        with self._lock:
            self.now -= 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)


def test_no_more_questions_are_worked_on_at_once_than_help_each_other(house: House) -> None:
    watched = Watched(house.assistant)
    desk = Desk(replace(house, assistant=cast(Assistant, watched)), Metrics(), at_once=2)
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(desk.ask, [QUESTION] * 24))
    assert len({(t.answer.status, t.answer.sentences) for t in told}) == 1
    assert watched.most <= 2


def test_a_stream_that_is_read_slowly_holds_up_nobody(house: House) -> None:
    desk = Desk(house, Metrics(), at_once=1)
    slow = desk.stream(QUESTION)
    next(slow)  # and no more for now
    answered = desk.ask(QUESTION)
    *_, last = slow
    assert isinstance(last, Told)
    assert last.answer.sentences == answered.answer.sentences
