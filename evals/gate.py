"""The floors no change may fall through (`care-act evals gate`). They stand in `evals/data/floors.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadSource
from evals.answers import Scores
from evals.routing import RouteReport


@dataclass(frozen=True, slots=True)
class Held:
    """One figure against its floor (or, for `most`, its ceiling)."""

    name: str
    value: float
    limit: float
    most: bool

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.value <= self.limit if self.most else self.value >= self.limit

    def __str__(self) -> str:
        side = "at most" if self.most else "at least"
        return f"{'ok  ' if self.holds else 'FALL'} {self.name}: {self.value:.3f} ({side} {self.limit:.3f})"


def hold(scores: Scores, routes: RouteReport, floors: Path) -> Iterator[Held]:
    """Every figure that `floors` names, held against it. Raises BadSource for a name that is not a figure."""
    figures = {
        "answered": scores.answered.value,
        "cites_gold": scores.cites_gold.value,
        "gold_in_five": scores.gold_in_five.value,
        "mrr": scores.mrr,
        "facts": scores.facts.value,
        "false": scores.false.value,
        "median_words": float(scores.median_words),
        "median_grade": scores.median_grade,
        "p95_grade": scores.p95_grade,
        "danger_found": routes.danger_found.value,
        "false_alarms": routes.false_alarms.value,
        "outside_signposted": routes.outside_signposted.value,
        "manipulation_refused": routes.manipulation_refused.value,
    }
    limits = tomllib.loads(floors.read_text(encoding="utf-8"))
    for side, most in (("least", False), ("most", True)):
        for name, limit in limits.get(side, {}).items():
            if name not in figures:
                raise BadSource(f"{floors}: '{name}' is not a figure. Known ones: {', '.join(figures)}.")
            yield Held(name, figures[name], float(limit), most)


def fallen(held: Sequence[Held]) -> list[Held]:
    """The figures on the wrong side."""
    return [figure for figure in held if not figure.holds]
