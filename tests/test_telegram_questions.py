"""What is counted and said of a question in a chat, besides its answer."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from assistant.domain import Answer, Letter, Register, Retrieved, Status
from assistant.telegram import layout
from assistant.telegram.memory import Memory, Recall
from assistant.telegram.questions import Questions
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where

NEAREST = (Retrieved("p", "care-act-2014", "s.20", 1.0),)
NOT_FOUND = Answer("1", Status.NOT_FOUND, Register.PLAIN, (), retrieved=NEAREST, subject="carers")
QUIET = "If somebody is in danger, ring 999."
LETTER = Answer("2", Status.LETTER, Register.PLAIN, (), notes=(QUIET,), letter=Letter("l", "L", "Dear", (), ()))


def asked(answer: Answer, group: bool = False) -> tuple[Letter | None, Any, Any]:
    """What asking gives back, with the memory and the outbox it used."""

    @asynccontextmanager
    async def typing(_chat: int) -> AsyncIterator[None]:
        yield

    memory, outbox = Mock(spec=Memory), Mock(spec=Outbox)
    memory.recall = AsyncMock(return_value=Recall())
    memory.answer_id.return_value, outbox.typing = answer.id, typing
    with ThreadPoolExecutor(1) as workers:
        questions = Questions(Mock(answer=Mock(return_value=answer)), memory, outbox, workers, "https://t.me/x")
        letter = asyncio.run(questions.ask(Where(1, group, 2, 3), "a question"))
    return letter, memory, outbox


def test_what_was_not_answered_is_counted_by_topic_as_on_the_web() -> None:
    _, memory, _ = asked(NOT_FOUND)
    memory.unanswered.assert_awaited_once_with("carers", "not_found")
    assert layout.told(NOT_FOUND).subject == "carers"


@pytest.mark.parametrize(("group", "times"), [(False, 1), (True, 0)])
def test_the_quiet_word_under_a_letter_is_said_before_it_begins(group: bool, times: int) -> None:
    letter, _, outbox = asked(LETTER, group)
    assert letter is LETTER.letter
    assert [QUIET in str(call.args[1]) for call in outbox.send.await_args_list] == [True] * times
