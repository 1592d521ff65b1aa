"""A message that says too little gets one short question back, never the nearest card."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.domain import Status
from assistant.errors import BadCorpus
from assistant.hearing import Heard
from assistant.lookout import Lookout
from assistant.narrowing import FILE, Narrowing, load_narrowing
from assistant.routing import Router
from ingest.audit import audit


@pytest.fixture(scope="module")
def narrowing(real_corpus: Path) -> Narrowing:
    return load_narrowing(real_corpus)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("money", "money"),
        ("Money?", "money"),
        ("hi, who pays?", "money"),
        ("About my house please", "home"),
        ("What about my dad?", "person"),
        ("can they do that???", "unsaid"),
        ("I don't know what to do", "unsaid"),
        ("Tell me more", "unsaid"),
    ],
)
def test_what_says_too_little_is_known(narrowing: Narrowing, message: str, name: str) -> None:
    ask = narrowing.ask_back(message)
    assert ask is not None
    assert ask.name == name


@pytest.mark.parametrize(
    "message",
    [
        "who pays for a care home",
        "can they do that to my dad",
        "what is a direct payment",
        "respite",
        "",
        "?",
        "money " * 40,
    ],
)
def test_what_says_enough_is_not_asked_back(narrowing: Narrowing, message: str) -> None:
    assert narrowing.ask_back(message) is None


def test_a_bare_message_is_asked_back_with_choices(assistant: Assistant) -> None:
    answer = assistant.answer("can they do that")
    assert answer.status is Status.CLARIFY
    assert [s.text for s in answer.sentences if s.role == "choice"]


def test_with_something_said_before_it_is_a_follow_up(assistant: Assistant) -> None:
    before = ("Can I get a break from looking after my mum?",)
    assert assistant.answer("who decides", before).status is not Status.CLARIFY


def test_danger_said_in_few_words_comes_first(assistant: Assistant) -> None:
    assert assistant.answer("i want to die").status is Status.DANGER


def test_nothing_is_heard_in_words_known_by_heart(narrowing: Narrowing) -> None:
    class Alarmed:
        def hears(self, message: str) -> Heard:
            raise AssertionError(message)

    seen = Lookout(Router([]), Alarmed(), narrowing).look("tell me more")
    assert seen.signpost is None
    assert seen.ask_back is not None


@pytest.mark.parametrize(
    "text",
    ["", "around = []", "[[ask_back]]\nname = 'a'\n", "not toml", "around = []\n" + 2 * (
        "[[ask_back]]\nname = 'a'\nwhen = ['money']\ntext = 'What?'\nchoices = []\n"
    )],
)  # fmt: skip
def test_a_broken_file_says_what_it_needs(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BadCorpus, match="narrowing"):
        load_narrowing(tmp_path)


def test_the_audit_holds_choices_to_phrasings(small_corpus: Path) -> None:
    (small_corpus / FILE).write_text(
        "around = []\n[[ask_back]]\nname = 'a'\nwhen = ['money']\ntext = 'What would you like to know?'\n"
        "choices = ['Can I get a break from looking after my mum?', 'Is the moon made of cheese?']\n",
        encoding="utf-8",
    )
    found = [problem.message for problem in audit(small_corpus).problems if problem.file == FILE]
    assert len(found) == 1
    assert "moon" in found[0]
