"""A guided check asks a few questions and ends in plain words, with the law and who decides."""

import json
from pathlib import Path

import pytest

from assistant.checks import Checks, step_json
from assistant.errors import BadCorpus
from assistant.reference import Reference


@pytest.fixture(scope="module")
def checks(real_corpus: Path, reference: Reference) -> Checks:
    return Checks(real_corpus, reference=reference)


def test_every_check_can_be_gone_through_with_buttons(checks: Checks) -> None:
    for name in checks.names():
        step = checks.start(name)
        assert (step.number, step.answers) == (1, {})
        for number in range(1, 30):
            if step.outcome is not None:
                break
            assert step.number == number
            assert step.text.endswith("?")
            step = checks.answer(name, {**step.answers, step.question: step.choices[0].id})
        assert step.outcome is not None
        assert step.outcome.sentences
        assert step.outcome.next_steps
        assert any("Only your council can decide" in note for note in step.outcome.notes)
        assert json.loads(json.dumps(step_json(step)))["outcome"]["text"]


def test_an_answer_that_is_no_choice_is_asked_again_and_loses_nothing(checks: Checks) -> None:
    name = checks.names()[0]
    first = checks.start(name)
    again = checks.answer(name, {first.question: "purple"})
    assert (again.question, again.answers) == (first.question, {})
    assert again.problem
    by_label = checks.answer(name, {first.question: first.choices[0].label.upper()})
    assert by_label.answers == {first.question: first.choices[0].id}
    assert not by_label.problem


def test_a_check_that_cannot_be_used_is_named_with_its_line(small_corpus: Path) -> None:
    path = next((small_corpus / "checks").glob("*.toml"))
    path.write_text(path.read_text(encoding="utf-8").replace('"caring=no"', '"caring is no"'), encoding="utf-8")
    with pytest.raises(BadCorpus, match="is not a condition"):
        Checks(small_corpus)
