"""The word an answer opens with: Yes, No or It depends, where there is a right one."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain import Answer, Verdict
from evals.graders.verdict import Graded, World, one
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """An answer may open with no such word; when it does, the word must be the right one.

    How often it does is counted apart: a wrong word does harm, so it is given only where it is sure, and that is seldom.
    """
    del world
    if trial.case.verdict:
        word = opening(trial.answer)
        yield one("verdict_given", bool(word), f"opens with none, {trial.case.verdict} is right")
        if word:
            yield one(
                "verdict", word == trial.case.verdict, f"opens with {word}, the right word is {trial.case.verdict}"
            )


def opening(answer: Answer) -> str:
    """The verdict an answer opens with, or nothing."""
    first = answer.sentences[0].text if answer.sentences else ""
    return next((word.value for word in Verdict if word and first.startswith(f"{word.value}.")), "")
