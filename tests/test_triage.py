"""A thumbs-down becomes a case with a few keys, and a threshold comes from data."""

from pathlib import Path

from conftest import Built
from evaluating import CASE, RISKY, small_run

from assistant.conversations import Opinion, Unanswered
from evals.calibrate import best, thresholds
from evals.cases import load_cases
from evals.triage import left, unanswered_lines, walk

LEFT = Opinion(
    "abc123", "2026-11-23", False, "it said nothing of dad", "debt", "Who pays when dad owes? Ring 07700 900123"
)


def test_a_question_left_becomes_a_case_without_personal_details(tmp_path: Path) -> None:
    said = iter(
        ["c", "no-such-topic", "debt", "care-act-2014 s.69, guidance ch.8", "the council can recover a debt", "q"]
    )
    path = tmp_path / "feedback.jsonl"
    made = walk([LEFT, LEFT, LEFT], lambda _: next(said), {"debt": "Debt"}, path)
    assert made == 1
    [case] = load_cases(path)
    assert case.gold == ("care-act-2014 s.69", "guidance ch.8")
    assert case.split == "feedback"
    assert "07700" not in path.read_text()


def test_only_unhelpful_answers_with_a_question_that_are_no_case_yet_are_shown() -> None:
    useful = Opinion("u", "2026-11-23", True, "", "debt", "x")
    silent = Opinion("s", "2026-11-23", False, "", "debt", "")
    assert left([LEFT, useful, silent], []) == [LEFT]
    assert left([LEFT], ["left-abc123"]) == []
    counts = [Unanswered("debt", "not_found", "2026-11-23", 1), Unanswered("", "clarify", "2026-11-23", 4)]
    assert [line.split()[0] for line in unanswered_lines(counts)] == ["4", "1"]


def test_the_best_threshold_gives_right_answers_and_no_others(built: Built) -> None:
    right, outside = small_run(built, CASE, RISKY).outcomes
    from dataclasses import replace

    outcomes = [
        replace(right, confidence=0.8, grades={**right.grades, "crag": (1.0, 1)}),
        replace(outside, confidence=0.5),
        replace(right, id="qa-2", confidence=0.3, grades={**right.grades, "crag": (-1.0, 1)}),
    ]
    found = list(thresholds(outcomes, (0.0, 0.4, 0.6, 0.9)))
    assert [round(one.score.value, 3) for one in found] == [-0.333, 0.0, 0.333, 0.0]
    assert best(found).at == 0.6
    assert found[1].wrongly_given.hits == 1
