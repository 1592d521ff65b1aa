"""Runs are alike twice, go on where they stopped, are compared item by item, and the gate goes red for what it should."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Built
from evaluating import CASE, RISKY, examined, small_run
from jsonschema import Draft202012Validator

from assistant.domain import Force
from assistant.errors import BadSource
from evals.accepted import grades_of, read_accepted, write_accepted
from evals.cases import DATA, all_cases, load_cases
from evals.compare import compare, why_worse
from evals.corpus import swapped
from evals.gate import fallen, hold
from evals.outcomes import Run, as_json, read_run
from evals.run import run_cases


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    path = tmp_path / "floors.toml"
    path.write_text('[least]\n"dev.answered" = 0.5\n[most]\n"dev.words" = 400\n')
    return path


def spoiled(run: Run, measure: str, score: float = 0.0, only: str = "") -> Run:
    """A run in which a measure came out badly."""
    outcomes = [
        replace(o, grades={**o.grades, measure: (score, o.grades[measure][1])}, why={**o.why, measure: "spoiled"})
        if measure in o.grades and only in o.id
        else o
        for o in run.outcomes
    ]
    return replace(run, outcomes=tuple(outcomes))


def many(run: Run, count: int = 40) -> Run:
    """The same outcome under many ids, so that chance has something to work on."""
    return replace(run, outcomes=tuple(replace(run.outcomes[0], id=f"qa-{n}") for n in range(count)))


def test_every_case_in_the_repository_follows_the_schema_and_has_an_id_of_its_own() -> None:
    cases = all_cases()
    assert len({case.id for case in cases}) == len(cases) >= 500
    assert all(case.gold for case in cases if case.kind != "message")


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "qa-1", "question": "x", "style": "faq", "topic": "t", "split": "someday"}\n')
    with pytest.raises(BadSource, match=r"cases.jsonl:1: split.*Mend this case"):
        load_cases(path)


def test_two_runs_are_alike_to_the_byte_and_follow_the_schema(built: Built, tmp_path: Path) -> None:
    first, second = small_run(built), small_run(built)
    assert as_json(first) == as_json(second)
    schema = json.loads((DATA / "run.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(as_json(first)))
    (tmp_path / "run.json").write_text(as_json(first))
    assert read_run(tmp_path / "run.json") == first
    with pytest.raises(BadSource, match="care-act evals run"):
        read_run(DATA / "floors.toml")


def test_a_run_that_stopped_goes_on_where_it_was(built: Built, tmp_path: Path) -> None:
    kept, asked = tmp_path / "unfinished.jsonl", list[str]()
    whole, _ = run_cases(built.settings, (CASE, RISKY), processes=1, kept=kept, opens=examined)
    lines = kept.read_text().splitlines()
    kept.write_text("\n".join(lines[:2]) + "\n" + lines[2][:20])  # stopped in the middle of the second case

    def opens(settings: object) -> object:
        asked.append("opened")
        return examined(built.settings)

    again, _ = run_cases(built.settings, (CASE, RISKY), processes=1, kept=kept, opens=opens)
    assert as_json(again) == as_json(whole)
    assert asked == ["opened"]
    run_cases(built.settings, (CASE,), processes=1, kept=kept, opens=examined)
    assert len(kept.read_text().splitlines()) == 2  # other cases: another run, begun afresh


def test_the_difference_of_two_runs_has_an_interval_and_the_flips_their_reasons(built: Built) -> None:
    before = many(small_run(built))
    after = spoiled(before, "facts", only="qa-1")
    change = next(c for c in compare(grades_of(before), grades_of(after)) if c.measure.name == "facts")
    assert change.dropped
    assert change.interval[0] < change.after - change.before < change.interval[1] < 0
    assert len(change.worse) == 11  # qa-1 and qa-10 to qa-19
    reasons = [{o.id: o.why for o in run.outcomes} for run in (before, after)]
    assert "qa-1: spoiled" in next(iter(why_worse(change, *reasons)))
    same = next(c for c in compare(grades_of(before), grades_of(before)) if c.measure.name == "facts")
    assert not same.dropped
    assert same.interval == (0.0, 0.0)


def test_the_accepted_run_is_read_back_as_it_was(built: Built, tmp_path: Path) -> None:
    run = small_run(built)
    write_accepted(run, "1 January 2026", ("a: b",), tmp_path / "accepted.json")
    accepted = read_accepted(tmp_path / "accepted.json")
    assert {key: dict(grades) for key, grades in accepted.grades.items()} == grades_of(run)
    assert accepted.doubtful == ("a: b",)
    with pytest.raises(BadSource, match="--accept"):
        read_accepted(tmp_path / "none.json")


def test_the_gate_is_green_for_the_same_run_and_red_for_each_kind_of_fall(
    built: Built, tmp_path: Path, floors: Path
) -> None:
    run = many(small_run(built))
    write_accepted(run, "1 January 2026", (), tmp_path / "accepted.json")
    accepted = read_accepted(tmp_path / "accepted.json")
    assert fallen(list(hold(run, accepted, floors, ()))) == []

    def red(other: Run, *troubles: str) -> str:
        return "\n".join(map(str, fallen(list(hold(other, accepted, floors, troubles)))))

    assert "the corpus: audit: something" in red(run, "audit: something")
    assert "dev.answered: 0.000" in red(spoiled(run, "answered"))
    assert "qa-7: spoiled" in red(spoiled(run, "quotes", -1.0, only="qa-7")) or "quotes" not in run.outcomes[0].grades
    assert "qa-7: spoiled" in red(spoiled(run, "no_false_claim", only="qa-7"))
    assert "no drop: MRR" in red(spoiled(run, "mrr")) or "mean reciprocal rank" in red(spoiled(run, "mrr"))


def test_a_floor_for_something_that_is_no_measure_is_named(built: Built, tmp_path: Path, floors: Path) -> None:
    run = small_run(built)
    write_accepted(run, "1 January 2026", (), tmp_path / "accepted.json")
    floors.write_text('[least]\n"dev.luck" = 1\n')
    with pytest.raises(BadSource, match="luck"):
        list(hold(run, read_accepted(tmp_path / "accepted.json"), floors, ()))


@pytest.mark.parametrize(
    ("force", "text", "is_swapped"),
    [
        (Force.MUST, "Your council may meet your needs.", True),
        (Force.MUST, "Your council must meet your needs.", False),
        (Force.MUST, "Your council may not charge.", False),
        (Force.MAY, "Your council must help.", True),
        (Force.MAY, "Your council may help.", False),
        (Force.FACT, "Your council may help.", False),
    ],
)
def test_a_duty_told_as_a_choice_is_seen(force: Force, text: str, is_swapped: bool) -> None:
    assert swapped(force, text) is is_swapped
