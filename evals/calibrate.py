"""Thresholds from data (`care-act evals calibrate`): at which confidence is an answer better than none?

CRAG's score counts +1 for a right answer, 0 for none and -1 for a wrong one. Messages that should not be answered cost -1
when they are; so the best threshold is the one with the highest mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain import Status
from evals.intervals import Mean, Rate
from evals.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Threshold:
    """What would happen if only answers at least this sure were given."""

    at: float
    given: Rate  # of answerable questions
    wrongly_given: Rate  # of messages that no card can answer
    score: Mean


def thresholds(outcomes: Sequence[Outcome], steps: Sequence[float]) -> Iterator[Threshold]:
    """One line a threshold, over questions and over messages from outside that reached retrieval."""
    questions = [o for o in outcomes if "crag" in o.grades]
    outside = [o for o in outcomes if Status.ANSWERED.value not in o.wanted and o.confidence > 0]
    for at in steps:
        given = [o.confidence >= at for o in questions]
        wrongly = [o.confidence >= at for o in outside]
        scores = [o.grades["crag"][0] if sure else 0.0 for o, sure in zip(questions, given, strict=True)]
        scores += [-1.0 if sure else 0.0 for sure in wrongly]
        yield Threshold(at, Rate(sum(given), len(given)), Rate(sum(wrongly), len(wrongly)), Mean.of(np.array(scores)))


def best(found: Sequence[Threshold]) -> Threshold:
    """The highest score; of several, the lowest threshold, which leaves fewest people without an answer."""
    return max(found, key=lambda one: (round(one.score.value, 6), -one.at))
