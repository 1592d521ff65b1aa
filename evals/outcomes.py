"""What a run leaves behind: an outcome a case, and the figures over them. Times are kept apart, so that two runs are alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from assistant.errors import BadSource
from evals.cases import BLIND
from evals.intervals import Mean, Rate
from evals.measures import BY_NAME, MEASURES

FORMAT = 1
SPLITS = ("dev", "test", "messages")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: its answer in short, and what every grader says. `grades`: measure → (score, of)."""

    id: str
    split: str
    topic: str
    style: str
    kind: str
    asker: str
    message: str
    wanted: tuple[str, ...]
    status: str
    text: str
    sections: tuple[str, ...]
    cards: tuple[str, ...]
    confidence: float
    grades: dict[str, tuple[float, int]]
    why: dict[str, str]
    lost: dict[str, int] = field(default_factory=dict)  # step of the road → facts lost there

    @property
    def blind(self) -> bool:
        """Whether only its id may be shown: who tunes on a blind message it has read has one less."""
        return self.split.startswith(BLIND)

    @property
    def group(self) -> str:
        """The split of a question; all labelled messages are one group."""
        return "messages" if self.kind == "message" else self.split


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was run, and an outcome a case in the order of their ids."""

    what: dict[str, str]
    outcomes: tuple[Outcome, ...]

    @property
    def by_id(self) -> Mapping[str, Outcome]:
        """The outcomes by id."""
        return {outcome.id: outcome for outcome in self.outcomes}


_RUN: TypeAdapter[Run] = TypeAdapter(Run)
OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
Figure = Rate | Mean


def figure(outcomes: Iterable[Outcome], measure: str) -> Figure | None:
    """One measure over some outcomes; None where nothing was counted."""
    counted = [outcome.grades[measure] for outcome in outcomes if measure in outcome.grades]
    if not counted:
        return None
    if BY_NAME[measure].kind == "mean":
        return Mean.of(np.array([score for score, _ in counted], dtype=np.float64))
    return Rate(round(sum(score for score, _ in counted)), sum(of for _, of in counted))


def figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every measure that counted something."""
    named = ((measure.name, figure(outcomes, measure.name)) for measure in MEASURES)
    return {name: value for name, value in named if value is not None}


def groups(run: Run) -> dict[str, tuple[Outcome, ...]]:
    """The outcomes by group, in a fixed order; every group that has some."""
    names = [*SPLITS, *sorted({outcome.group for outcome in run.outcomes} - set(SPLITS))]
    found = {name: tuple(o for o in run.outcomes if o.group == name) for name in names}
    return {name: some for name, some in found.items() if some}


def figure_json(value: Figure | None) -> dict[str, Any] | None:
    """A figure as its value, n and 95% interval, to four decimals."""
    if value is None:
        return None
    low, high = value.interval
    return {"value": round(value.value, 4), "n": value.n, "low": round(low, 4), "high": round(high, 4)}


def as_json(run: Run) -> str:
    """The run as JSON that `data/run.schema.json` describes; the same run gives the same bytes."""
    whole = {
        "format": FORMAT,
        "what": run.what,
        "figures": {
            group: {name: figure_json(value) for name, value in figures(some).items()}
            for group, some in groups(run).items()
        },
        "outcomes": [asdict(outcome) for outcome in run.outcomes],
    }
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_run(path: Path) -> Run:
    """A run that `as_json` wrote. Raises BadSource saying what to do when it is not one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']}, this version reads {FORMAT}")
        return _RUN.validate_python({"what": raw["what"], "outcomes": raw["outcomes"]})
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as exc:
        raise BadSource(
            f"{path} is not a run ({type(exc).__name__}: {str(exc)[:120]}). Make one with `care-act evals run`."
        ) from exc
