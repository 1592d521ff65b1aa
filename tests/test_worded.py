"""What a chat model's words did is counted, its own sentences are listed to be read, and waits are measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Built

from assistant.errors import BadSource
from assistant.testing import HashEmbedder, ScriptedModel
from assistant.wiring import Parts, build_parts
from evals.cases import Case
from evals.worded import KeptWords, wait_for_sentences, word_cases

LEAD = "Your council must meet your needs for support when they are eligible."
OWN = "When your needs for support are eligible, your council must meet them."
CASE = Case("q", "Can I get a break from looking after my mum?", (), "", "", "answerable", "", (), (), (), "dev")


@pytest.fixture
def parts(built: Built) -> Parts:
    return build_parts(built.settings, HashEmbedder())


@pytest.mark.parametrize(("script", "own", "by_model"), [(f"{OWN} [1]", [OWN], 1), ("A tribunal decides. [1]", [], 0)])
def test_only_the_models_own_sentences_are_listed(parts: Parts, script: str, own: list[str], by_model: int) -> None:
    model = KeptWords(ScriptedModel(script))
    statements = [LEAD, *(s.text for s in parts.assistant().answer(CASE.message).next_steps)]
    statements += [s.text for s in parts.assistant().answer(CASE.message).sentences]
    report = word_cases(parts, model, [CASE], statements, lambda n: n)
    assert [text for _, text in report.own] == own
    assert report.by_model.hits == by_model
    assert report.wrote == 1
    assert list(report.let_pass) == own
    assert "not word for word" in "".join(report.lines())
    assert (report.cited, report.away) == (1, 0)


def test_what_a_model_would_say_without_citing_is_listed_when_the_checker_would_let_it_pass(parts: Parts) -> None:
    said = f"1. {OWN}\n- You must pay a fee first. A tribunal decides. [1, 2]\n{LEAD}"
    report = word_cases(parts, KeptWords(ScriptedModel(said)), [CASE], [LEAD], lambda n: n)
    assert (report.wrote, report.let_pass, report.cited) == (4, (OWN,), 2)
    assert sum(report.stopped.values()) == 2


def test_a_model_that_was_away_is_told_of(parts: Parts) -> None:
    model = KeptWords(ScriptedModel(OWN, breaks_after=0))
    report = word_cases(parts, model, [CASE], [LEAD], lambda n: n)
    assert report.away == 1
    assert "run again" in report.lines()[-1]


def test_words_that_are_kept_are_said_again_without_asking(tmp_path: Path) -> None:
    asked = ScriptedModel("Ask in writing. [1]")
    for _ in range(2):
        kept = KeptWords(asked, tmp_path / "kept.jsonl")
        assert "".join(kept.stream("Be brief.", "What now?")) == "Ask in writing. [1]"
        assert kept.heard == [("What now?", "Ask in writing. [1]")]
    assert len(asked.asked) == 1
    (tmp_path / "kept.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadSource, match="line 1"):
        KeptWords(asked, tmp_path / "kept.jsonl")


def test_waits_are_measured_for_the_first_and_the_last_sentence(parts: Parts) -> None:
    waits = wait_for_sentences(parts, [CASE], lambda n: n)
    assert len(waits.first) == len(waits.last) == 1
    assert waits.first[0] <= waits.last[0]
    assert len(waits.work) == len(waits.before) == 1
    assert all("p50" in line for line in waits.lines())
    assert len(waits.lines()) == 4
