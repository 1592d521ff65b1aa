"""Runs are alike twice, go on where they stopped, are compared item by item, and the gate goes red for what it should."""

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from conftest import Built
from evaluating import CASE, RISKY, examined, small_run
from jsonschema import Draft202012Validator

from assistant.domain import Force, Status
from assistant.errors import BadSource
from assistant.reference import Reference
from assistant.routing import load_routes
from assistant.testing import HashEmbedder
from assistant.wiring import build_parts
from evals import cli, commands
from evals.accepted import grades_of, read_accepted, write_accepted
from evals.cases import DATA, all_cases, load_cases
from evals.compare import compare, why_worse
from evals.corpus import swapped
from evals.gate import fallen, hold
from evals.kept import keep, last_run, runs_of
from evals.outcomes import Outcome, Run, as_json, read_run
from evals.repeats import repeats_of
from evals.report.page import page
from evals.routing import RouteCase
from evals.run import run_cases

HIDDEN = "how do I fix a carburettor"  # no route takes it


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


def test_the_cases_cover_every_topic_and_verdicts_are_known_for_many(reference: Reference) -> None:
    asked = [case for case in all_cases() if case.gold]
    assert {case.topic for case in asked} == set(reference.topics)
    assert sum(case.verdict is not None for case in asked) >= 100


@pytest.mark.slow  # 1,394 messages through every pattern
def test_the_messages_cover_every_route_that_has_patterns(real_corpus: Path) -> None:
    router = load_routes(real_corpus)
    taken = {signpost.route for case in all_cases() if (signpost := router.route(case.message))}
    assert {route.name for route in router.routes if route.patterns} <= taken


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


def test_a_run_that_does_not_follow_the_schema_is_not_kept(built: Built, tmp_path: Path) -> None:
    run = small_run(built)
    first, second = keep(run, {}, tmp_path), keep(run, {"qa-1": {"total": 1.0}}, tmp_path)
    assert [kept.folder for kept in runs_of(tmp_path)] == [first.folder, second.folder]
    assert last_run(tmp_path).timings() == {"qa-1": {"total": 1.0}}
    wrong = replace(run, outcomes=(replace(run.outcomes[0], confidence="high"),))  # type: ignore[arg-type]
    with pytest.raises(BadSource, match=r"run.schema.json: outcomes.0.confidence"):
        keep(wrong, {}, tmp_path)
    assert len(runs_of(tmp_path)) == 2
    with pytest.raises(BadSource, match="care-act evals run"):
        last_run(tmp_path / "nowhere")


def test_repeats_are_alike_or_say_what_came_out_differently(built: Built) -> None:
    run = small_run(built)
    assert repeats_of([run, small_run(built)]).alike
    other = spoiled(run, "facts", only=CASE.id)
    found = repeats_of([run, other])
    assert (found.alike, found.unlike) == (False, (CASE.id,))
    told = "\n".join(found.lines())
    assert "came out differently 50.0% (1 of 2, 95% interval" in told
    assert "n 2 in each of 2" in told  # facts counted once, however often asked


def test_a_run_asked_twice_says_that_it_is_alike(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Path(shutil.copytree(built.settings.home, tmp_path / "home"))
    monkeypatch.setattr(commands, "load_settings", lambda: built.settings.model_copy(update={"home": home}))
    monkeypatch.setattr(commands, "all_cases", lambda: [CASE, RISKY])
    monkeypatch.setattr(commands, "run_cases", partial(run_cases, opens=examined))
    commands.run(split="all", processes=1, repeats=2)
    assert "alike to the byte" in capsys.readouterr().out
    one, other = ((kept.folder / "run.json").read_bytes() for kept in runs_of(home))
    assert one == other


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


def test_of_blind_messages_the_ids_alone_are_shown(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = small_run(built)
    risky = next(o for o in run.outcomes if o.kind == "message")
    blind = replace(risky, id="blind-7", split="blind", grades={**risky.grades, "danger_found": (1.0, 1)})
    before, after = (replace(run, outcomes=(*run.outcomes, o)) for o in (blind, spoiled_one(blind, "danger_found")))
    write_accepted(before, "1 January 2026", (), tmp_path / "accepted.json")
    [red] = fallen(list(hold(after, read_accepted(tmp_path / "accepted.json"), None, ())))
    assert red.detail == "blind-7"
    (tmp_path / "a.json").write_text(as_json(before), encoding="utf-8")
    (tmp_path / "b.json").write_text(as_json(after), encoding="utf-8")
    commands.compare_command(tmp_path / "a.json", tmp_path / "b.json", why=True)
    monkeypatch.setattr(
        cli, "read_all_routes", lambda _: [RouteCase("blind-8", HIDDEN, Status.DANGER, "blind", "s", "t")]
    )
    monkeypatch.setattr(cli, "load_settings", lambda: built.settings)
    monkeypatch.setattr(cli, "build_parts", lambda settings: build_parts(settings, HashEmbedder()))
    cli.routes(split="blind", misses=True)
    told = capsys.readouterr().out
    assert {"blind-7: a lower score", "blind-8"} <= {line.strip() for line in told.splitlines()}
    page_of = page(after, {}, [("now", after)], [], "today")
    shown = page_of.partition('<article id="blind-7"')[2].partition("</article>")[0]
    assert "counted and not read" in shown
    assert "spoiled" not in told
    assert all(words not in told + shown for words in (HIDDEN, blind.message))


def spoiled_one(outcome: Outcome, measure: str) -> Outcome:
    """An outcome in which a measure came out badly."""
    return replace(outcome, grades={**outcome.grades, measure: (0.0, 1)}, why={measure: "spoiled"})


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
