"""Graders, one a file: each holds one answer to its case and says why it falls short."""

from __future__ import annotations

from evals.graders import citations, claims, contacts, crag, facts, law, length, plain, quotes, routes, safety, yes_no
from evals.graders.verdict import Graded, Grader, World
from evals.road import Trial

GRADERS: tuple[Grader, ...] = tuple(
    module.grade
    for module in (routes, safety, law, facts, claims, crag, yes_no, citations, quotes, plain, length, contacts)
)


def grade(trial: Trial, world: World) -> tuple[Graded, ...]:
    """What every grader says of an answer."""
    return tuple(graded for grader in GRADERS for graded in grader(trial, world))
