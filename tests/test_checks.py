"""A guided check asks a few questions and ends in plain words, with the law and who decides."""

import json
from pathlib import Path

import pytest

from assistant.checks import Checks, step_json
from assistant.errors import BadCorpus
from assistant.presenting import as_text
from assistant.reference import Reference
from ingest.audit_forms import ways_through
from ingest.readability import read_sentences


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


def outcome(checks: Checks, name: str, answers: dict[str, str]) -> str:
    step = checks.answer(name, answers)
    assert step.outcome is not None, step
    return as_text(step.outcome)


SAVINGS = {"who": "me", "place": "home", "owns": "no", "gave": "no"}


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("14250", "not counted as income"),
        ("£14,250.00", "not counted as income"),
        ("£14,250.01", "it is £1 a week"),
        ("£23,250.00", "it is £36 a week"),
        ("£23,250.50", "may help to pay but does not have to"),
        ("14251", "it is £1 a week"),
        ("14500", "it is £1 a week"),
        ("14501", "it is £2 a week"),
        ("£18,000", "it is £15 a week"),
        ("23250", "it is £36 a week"),
        ("23251", "may help to pay but does not have to"),
        ("Over £15,750, up to £17,250", "between £7 and £12 a week"),
        ("up-to-23250", "between £31 and £36 a week"),
    ],
)
def test_income_counted_for_savings_is_that_of_regulation_25(checks: Checks, amount: str, said: str) -> None:
    assert said in outcome(checks, "savings", SAVINGS | {"amount": amount})


def test_the_home_counts_as_schedule_2_says(checks: Checks) -> None:
    home = SAVINGS | {"owns": "yes", "amount": "low"}
    assert "does not count while you get care there" in outcome(checks, "savings", home)
    for_good = home | {"place": "long"}
    assert "while it is the main home of that person" in outcome(checks, "savings", for_good | {"lives": "yes"})
    assert "first 12 weeks" in outcome(checks, "savings", for_good | {"lives": "no"})
    assert "if you plan to go back" in outcome(checks, "savings", home | {"place": "short", "back": "yes"})


ADULT = {"who": "me", "illness": "yes", "food": "yes", "clean": "yes", "impact": "yes"}
NOT_TWO = dict.fromkeys(("toilet", "dressed", "safe", "house", "people", "work", "local", "child"), "no")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "you could well meet"),
        ({"who": "them"}, "they could well meet"),
        ({"impact": "unsure"}, "you might meet"),
        ({"impact": "no"}, "a big effect on wellbeing"),
        ({"illness": "no"}, "about illness or disability"),
        ({"clean": "no"} | NOT_TWO, "two or more hard things"),
        ({"clean": "no"} | NOT_TWO | {"toilet": "unsure"}, "you might meet"),
    ],
)
def test_all_three_parts_of_regulation_2_have_to_be_met(checks: Checks, change: dict[str, str], said: str) -> None:
    assert said in outcome(checks, "eligibility-adult", ADULT | change)


def test_one_effect_is_enough_for_a_carer_and_taking_long_is_no_part_of_it(checks: Checks) -> None:
    effects = ("work", "people", "leisure", "local", "home", "food", "child", "others")
    answers = {"caring": "yes", "needed": "yes", "health": "yes", "impact": "yes"} | dict.fromkeys(effects, "no")
    assert "you could well meet" in outcome(checks, "eligibility-carer", answers)
    assert "at least one of these effects" in outcome(checks, "eligibility-carer", answers | {"health": "no"})
    assert not any(
        "much longer" in s.text for s in checks.get("eligibility-carer").statements
    )  # regulation 3(3) has no (d)


def test_every_way_through_ends_in_plain_words_with_who_decides(checks: Checks, reference: Reference) -> None:
    for name in checks.names():
        ways = list(ways_through(checks.get(name)))
        assert len(ways) > 10
        for answers in ways[:: max(1, len(ways) // 150)]:
            amounts = {key: value.replace("up-to-0", "up-to-17250") for key, value in answers.items()}
            step = checks.answer(name, amounts)
            assert step.outcome is not None
            assert 1 <= sum(s.role == "verdict" for s in step.outcome.sentences) <= 2
            shown = [s.text for s in (*step.outcome.sentences, *step.outcome.next_steps)]
            assert not any("{" in text for text in shown)
            reading = read_sentences(shown)
            assert reading.grade <= 7
            assert reading.words_a_sentence <= 14
            explained = {word.term for word in step.outcome.words}
            assert {word.term for word in reference.words_in(" ".join(shown))} <= explained


def test_a_check_that_cannot_be_used_is_named_with_its_line(small_corpus: Path) -> None:
    path = next((small_corpus / "checks").glob("*.toml"))
    path.write_text(path.read_text(encoding="utf-8").replace('"caring=no"', '"caring is no"'), encoding="utf-8")
    with pytest.raises(BadCorpus, match="is not a condition"):
        Checks(small_corpus)
