"""Every kind of mutant is made, is false in the way it says, and the checker is graded on it with its misses named."""

from pathlib import Path

import pytest

from assistant.domain import Force
from assistant.errors import BadSource
from assistant.verifying import Support, check
from evals.cases import DATA
from evals.checking import INNOCENT, Group, Trial, grade, make_trials, read_all_rewordings, read_rewordings
from evals.mutators import MUTATORS

SHOWN = {
    "force": ("Your council must assess you.", "Your council may assess you."),
    "negation": ("Money does not count.", "Money does count."),
    "number": ("You have 28 days.", "You have 35 days."),
    "money": ("The limit is £23,250.", "The limit is £46,510."),
    "reference": ("See section 9.", "See section 20."),
    "time": ("Ask before you pay.", "Ask after you pay."),
    "person": ("A carer can ask.", "A adult can ask."),
    "body": ("Your council must pay.", "The NHS must pay."),
    "step": ("Ask for a review.", "Ask for a complaint."),
    "scope": ("All care is free.", "Some care is free."),
    "way": ("The limit goes up.", "The limit goes down."),
    "condition": ("If you ask, your council must reply.", "Your council must reply."),
    "nation": ("You can ask.", "In Wales, you can ask."),
    "in force": ("The cap is not in force.", "The cap is in force."),
    "turned": ("Your council must pay you.", "You must pay your council."),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_each_mutator_makes_a_false_sentence(kind: str) -> None:
    true, false = SHOWN[kind]
    assert false in list(MUTATORS[kind](true))


@pytest.mark.parametrize("kind", MUTATORS)
def test_no_mutator_gives_back_what_it_was_given(kind: str) -> None:
    for true, _ in SHOWN.values():
        assert true not in list(MUTATORS[kind](true))


def test_a_list_is_not_turned_round() -> None:
    assert list(MUTATORS["turned"]("Tell the carer and the adult.")) == []


GROUPS = [
    Group("a", (Support("Your council must assess you if you may need care.", Force.MUST), Support("You have 28 days."))),
    Group("b", (Support("A carer can ask for a break before July."), Support("See section 9.")), "Yes"),
]  # fmt: skip


def test_trials_hold_every_sentence_and_mutants_of_each_kind() -> None:
    trials = make_trials(GROUPS)
    assert sum(trial.kind == "verbatim" for trial in trials) == 4
    assert {"force", "condition", "number", "handle", "verdict", "invention"} <= {trial.kind for trial in trials}
    assert [trial.text for trial in make_trials(GROUPS)] == [trial.text for trial in trials]


def test_a_checker_is_graded_by_kind_and_what_went_wrong_is_named() -> None:
    trials = make_trials(GROUPS)
    blind = grade(trials, lambda *_: False)
    assert (blind.all_caught.hits, blind.false_alarms["verbatim"].hits) == (0, 0)
    assert len(blind.wrong) == blind.all_caught.n
    sharp = grade(trials, lambda text, evidence: bool(check(text, evidence)))
    assert sharp.all_caught.value > 0.9
    assert "mutants caught" in sharp.lines()[0]


def test_the_fair_rewordings_are_fair_reading_and_enough() -> None:
    trials = read_all_rewordings(DATA)
    assert len(trials) >= 150
    assert all(trial.text not in {support.text for support in trial.evidence} for trial in trials)
    tuned_on = [trial for trial in trials if trial.kind == "reworded"]
    assert len(tuned_on) >= 150
    assert sum(bool(check(trial.text, trial.evidence)) for trial in tuned_on) <= 0.03 * len(tuned_on)
    assert {trial.kind for trial in trials} <= set(INNOCENT)


def test_a_broken_rewording_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rewordings.jsonl"
    file.write_text('{"card": "a", "text": "b"}\n', encoding="utf-8")
    with pytest.raises(BadSource, match="line 1"):
        read_rewordings(file)


def test_half_of_the_cards_are_held_out_and_stay_so() -> None:
    held = [Trial("x", f"card-{n}", "", ()).held_out for n in range(400)]
    assert 140 < sum(held) < 260
