"""Everybody always gets an answer, whatever they send and whatever breaks; and what they wrote is never logged."""

import logging
from dataclasses import replace

import pytest
from conftest import Built

from assistant.assistant import Assistant
from assistant.contract import as_json
from assistant.domain import Evidence, Question, Register, Status
from assistant.hearing import Heard
from assistant.presenting import as_text
from assistant.testing import HashEmbedder
from assistant.wiring import build_parts

SECRET = "my mother Agnes Pettigrew hides her pension in the piano"


class Breaks:
    """A retriever whose machinery is broken, and whose error holds what the person wrote."""

    def retrieve(self, question: Question) -> Evidence:
        raise RuntimeError(f"cannot look for {question.text}")


class Doubts:
    """A second ear that is never sure."""

    def hears(self, message: str) -> Heard:
        return Heard(perhaps=bool(message))


@pytest.fixture
def broken(built: Built) -> Assistant:
    return replace(build_parts(built.settings, HashEmbedder()), retriever=Breaks()).assistant()


def test_a_question_is_answered_end_to_end(assistant: Assistant) -> None:
    answer = assistant.answer("Can I get a break from looking after my mum?")
    assert answer.status is Status.ANSWERED
    assert answer.sentences[0].text == "Yes. Your council must meet your needs for support when they are eligible."
    assert answer.sources[0].place == "s.20(1)"
    assert answer.retrieved[0].place == "s.20"
    assert answer.next_steps
    assert {"route", "understand", "retrieve", "compose", "verify", "present", "total"} <= set(answer.timings_ms)


@pytest.mark.parametrize("message", ["", "   ", "\n\t\n", "\x00\x07\x1b", "\r\n"])
def test_nothing_is_answered_with_a_question_back(assistant: Assistant, message: str) -> None:
    answer = assistant.answer(message)
    assert answer.status is Status.CLARIFY
    assert "type a question" in as_text(answer)


STRANGE = {
    "100 kB": "how much savings can i have before i pay for care " * 2000,
    "100 kB in one word": "a" * 100_000,
    "100 kB of spaces and one word": " " * 100_000 + "savings",
    "100 kB of lines": "care?\n" * 17_000,
    "control characters": "can i\x00 get\x1b[31m a break\x07 from caring\x08",
    "a lone surrogate": "can i get a break \ud83d from caring",
    "emoji": "💙🧓🏽 respite?? 😭😭",
    "joined emoji": "👩‍👩‍👧‍👦" * 500,
    "right to left": "هل يمكنني الحصول على استراحة من رعاية أمي؟",
    "override marks": "\u202ecan i get respite\u202c",
    "another language": "Czy mogę dostać przerwę od opieki nad mamą?",
    "combining marks": "z" + "\u0301" * 5000,
    "code": "<script>alert(1)</script>'; DROP TABLE cards; --",
    "a template": "{{ 7*7 }} ${jndi:ldap://x} %s %n {capital-limit-upper}",
    "numbers": "9" * 5000,
    "a pattern's nightmare": "is it right " * 3000 + "!",
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("register", [Register.PLAIN, Register.STAFF])
def test_strange_messages_get_an_answer(assistant: Assistant, kind: str, register: Register) -> None:
    answer = assistant.answer(STRANGE[kind], [STRANGE[kind]], register)
    assert answer.status is not Status.ERROR, kind
    as_text(answer).encode("utf-8")
    assert as_json(answer)["text"]


@pytest.mark.parametrize("message", ["and if she says no?", "what about that"])
def test_a_message_that_leans_back_is_answered_from_what_was_said_before(assistant: Assistant, message: str) -> None:
    alone = assistant.answer(message)
    after = assistant.answer(message, ["Can I get a break from looking after my mum?"])
    assert after.retrieved[0].place == "s.20"
    assert after.retrieved != alone.retrieved


def test_an_id_is_kept_or_made(assistant: Assistant) -> None:
    assert assistant.answer("savings", answer_id="q7").id == "q7"
    assert assistant.answer("savings").id != assistant.answer("savings").id


def test_the_same_question_gets_the_same_answer(assistant: Assistant) -> None:
    one, two = (as_json(assistant.answer("how do i get a review", answer_id="x")) for _ in range(2))
    assert one | {"timings_ms": {}} == two | {"timings_ms": {}}


def test_broken_machinery_becomes_a_plain_answer(broken: Assistant) -> None:
    answer = broken.answer(SECRET, answer_id="q7")
    assert (answer.status, answer.id) == (Status.ERROR, "q7")
    assert "something went wrong" in as_text(answer)
    assert "RuntimeError" not in as_text(answer)
    assert "total" in answer.timings_ms


def test_what_broke_is_logged_without_the_message(broken: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        broken.answer(SECRET, [SECRET], answer_id="q7")
    [record] = [record for record in caplog.records if record.name == "care_act" and record.levelno >= logging.ERROR]
    assert "q7" in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "test_assistant.py" in record.getMessage()
    for logged in caplog.records:
        told = logging.Formatter("%(message)s %(exc_text)s").format(logged) + repr(logged.__dict__)
        assert not any(word in told for word in ("Agnes", "Pettigrew", "piano"))


def test_danger_is_seen_even_when_the_library_is_broken(broken: Assistant) -> None:
    assert broken.answer("he is strangling me right now please help").status is Status.DANGER


STREAMED = [
    "Can I get a break from looking after my mum?",
    "",
    "hello",
    "he is strangling me right now please help",
    "I think dad is being abused by his carer. how do i report it",
    "What is the offside rule in football?",
]


@pytest.mark.parametrize("message", STREAMED)
@pytest.mark.parametrize("register", list(Register))
def test_a_stream_shows_every_sentence_of_the_answer_once_and_ends_with_the_answer(
    assistant: Assistant, message: str, register: Register
) -> None:
    *before, last = assistant.stream(message, register=register, answer_id="q1")
    answer = assistant.answer(message, register=register, answer_id="q1")
    assert last.kind == "answer"
    assert replace(last.value, timings_ms={}) == replace(answer, timings_ms={})
    assert [event.value for event in before if event.kind == "sentence"] == [*answer.sentences, *answer.next_steps]


def test_a_stream_says_what_is_being_done_before_the_first_sentence(assistant: Assistant) -> None:
    kinds = [event.kind for event in assistant.stream("how do i get a review")]
    assert kinds[:2] == ["status", "status"]
    assert "status" not in kinds[2:]


def test_urgent_help_is_shown_before_anything_is_looked_up_and_outlives_what_breaks(broken: Assistant) -> None:
    message = "I think dad is being abused by his carer. how do i report it"
    events = list(broken.stream(message))
    assert events[0].kind == "sentence"
    assert events[-1].value.status is Status.SAFEGUARDING
    assert events[-1].value.contacts


def test_doubt_whether_somebody_is_in_danger_is_said_under_a_letter_too(built: Built) -> None:
    doubting = replace(build_parts(built.settings, HashEmbedder()), listener=Doubts()).assistant()
    answer = doubting.answer("Please write to the council for me and ask for a carer's assessment")
    assert answer.status is Status.LETTER
    assert any("999" in note for note in answer.notes)


def test_a_stream_of_broken_machinery_ends_with_a_plain_answer(broken: Assistant) -> None:
    *_, sentence, last = broken.stream(SECRET)
    assert (sentence.kind, last.value.status) == ("sentence", Status.ERROR)


def test_a_stream_nobody_reads_to_the_end_does_no_harm(assistant: Assistant) -> None:
    stream = assistant.stream("how do i get a review")
    next(stream)
    stream.close()
