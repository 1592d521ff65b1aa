"""Peers of the checker: a sentence is called unsupported when it shares too few words, or lies too far, from what it cites.

Each gets its best threshold on the same trials, which flatters it: the area under the curve needs no threshold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.embedding import Embedder
from assistant.verifying import check
from evals.checking import INNOCENT, Trial
from evals.intervals import Mean, Rate

_WORD = re.compile(r"[a-z0-9£]+")
FALSE_ALARMS = 0.05
# Kinds of true sentences that stand in one column: the three are too unlike for one rate.
TRUE = {
    "verbatim": ("verbatim",),
    "near rewordings": ("reworded", "reworded, unseen"),
    "free rewordings": ("reworded freely", "reworded freely, unseen"),
}


@dataclass(frozen=True, slots=True)
class Detection:
    """How many false sentences are caught, at how many alarms over each group of true ones; `area` under the curve for scores."""

    name: str
    caught: Rate
    false_alarms: Mapping[str, Rate]
    area: Mean | None


def detect(trials: Sequence[Trial], embedder: Embedder) -> list[Detection]:
    """Our checker, word overlap and embedding similarity over the same trials."""
    false = np.array([trial.kind not in INNOCENT for trial in trials])
    ours = np.array([bool(check(trial.text, trial.evidence)) for trial in trials])
    groups = {name: np.array([trial.kind in kinds for trial in trials]) for name, kinds in TRUE.items()}

    def told(name: str, alarms: np.ndarray, area: Mean | None) -> Detection:
        over = {group: _rate(alarms[those]) for group, those in groups.items()}
        return Detection(name, _rate(alarms[false]), over, area)

    found = [told("our checker", ours, None)]
    scorers: Mapping[str, Callable[[], list[float]]] = {
        "word overlap": lambda: [_overlap(trial) for trial in trials],
        "embedding similarity": lambda: _cosines(trials, embedder),
    }
    for name, scorer in scorers.items():
        support = np.array(scorer())
        threshold = float(np.quantile(support[~false], FALSE_ALARMS))
        found.append(told(name, support < threshold, _area(support, false)))
    return found


def _rate(alarms: np.ndarray) -> Rate:
    return Rate(int(alarms.sum()), len(alarms))


def _overlap(trial: Trial) -> float:
    """The largest share of the sentence's words that one text cited has."""
    words = set(_WORD.findall(trial.text.lower()))
    return max(
        (len(words & set(_WORD.findall(s.text.lower()))) / max(1, len(words)) for s in trial.evidence), default=0.0
    )


def _cosines(trials: Sequence[Trial], embedder: Embedder) -> list[float]:
    texts = list(dict.fromkeys(text for t in trials for text in (t.text, *(s.text for s in t.evidence))))
    vectors = embedder.embed(texts)
    rows = {text: n for n, text in enumerate(texts)}
    return [
        max((float(vectors[rows[t.text]] @ vectors[rows[s.text]]) for s in t.evidence), default=0.0) for t in trials
    ]


def _area(support: np.ndarray, false: np.ndarray) -> Mean:
    """The chance that a true sentence scores above a false one (the area under the ROC curve); ties count half.

    The interval is that of Hanley and McNeil (1982).
    """
    true, wrong = support[~false], support[false]
    ordered = np.sort(wrong)
    below, upto = np.searchsorted(ordered, true, "left"), np.searchsorted(ordered, true, "right")
    area = float((below + upto).mean() / 2 / len(wrong))
    one, other = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (len(true) - 1) * (one - area**2) + (len(wrong) - 1) * (other - area**2)
    half = 1.96 * math.sqrt(max(0.0, spread) / (len(true) * len(wrong)))
    return Mean(area, len(support), (max(0.0, area - half), min(1.0, area + half)))
