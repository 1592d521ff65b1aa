"""The word an answer opens with: Yes, No or It depends, where there is a right one."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain import Answer, Verdict
from evals.graders.verdict import Graded, World, one
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """An answer may open with no such word; when it does, the word must be the right one."""
    del world
    word = opening(trial.answer)
    if trial.case.verdict and word:
        yield one("verdict", word == trial.case.verdict, f"opens with {word}, the right word is {trial.case.verdict}")


def opening(answer: Answer) -> str:
    """The verdict an answer opens with, or nothing."""
    first = answer.sentences[0].text if answer.sentences else ""
    return next((word.value for word in Verdict if word and first.startswith(f"{word.value}.")), "")
