"""What no change may do (`care-act evals gate`): fall through a floor, break an item that must hold, or make a measure
worse by more than chance. Also holds the corpus itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadSource
from evals.accepted import Accepted, grades_of
from evals.compare import compare
from evals.measures import BY_NAME
from evals.outcomes import Outcome, Run, figure


@dataclass(frozen=True, slots=True)
class Held:
    """One thing the gate looks at, and what is wrong with it."""

    name: str
    holds: bool
    detail: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.holds else 'FALL'} {self.name}{': ' if self.detail else ''}{self.detail}"


def hold(run: Run, accepted: Accepted, floors: Path | None, troubles: Sequence[str]) -> Iterator[Held]:
    """Everything the gate looks at, over the cases the run has."""
    yield Held("the corpus", not troubles, "\n     ".join(troubles[:20]))
    if floors is not None:  # floors are for all the cases of a split, not for a sample
        yield from _floors(run, floors)
    yield from _must_hold(run.by_id, accepted)
    yield from _drops(run, accepted)


def fallen(held: Sequence[Held]) -> list[Held]:
    """What does not hold."""
    return [one for one in held if not one.holds]


def _floors(run: Run, path: Path) -> Iterator[Held]:
    """Each figure that the file names, such as `dev.answered`. Raises BadSource for a name that is not a measure."""
    limits = tomllib.loads(path.read_text(encoding="utf-8"))
    for side, most in (("least", False), ("most", True)):
        for name, limit in limits.get(side, {}).items():
            split, _, measure = name.partition(".")
            if measure not in BY_NAME:
                raise BadSource(f"{path}: '{name}' is not a split and a measure. Known measures: {', '.join(BY_NAME)}.")
            value = figure([outcome for outcome in run.outcomes if outcome.split == split], measure)
            if value is None:
                yield Held(name, False, "nothing was counted")
                continue
            holds = value.value <= limit if most else value.value >= limit
            yield Held(name, holds, f"{value.value:.3f} ({'at most' if most else 'at least'} {limit:.3f}), n {value.n}")


def _must_hold(outcomes: Mapping[str, Outcome], accepted: Accepted) -> Iterator[Held]:
    """Items that passed in the accepted run, of measures that may never fail, and fail now."""
    for measure in BY_NAME.values():
        if not measure.must_hold:
            continue
        broken = [
            key if outcome.blind else f"{key}: {outcome.why.get(measure.name, '')}"
            for key, outcome in outcomes.items()
            if _full(outcome.grades.get(measure.name)) is False
            and _full(accepted.grades.get(key, {}).get(measure.name)) is not False
        ]
        yield Held(f"must hold: {measure.title}", not broken, "\n     ".join(broken[:10]))


def _full(grade: tuple[float, int] | None) -> bool | None:
    return None if grade is None else grade[0] >= grade[1]


def _drops(run: Run, accepted: Accepted) -> Iterator[Held]:
    """Measures that got worse by more than chance, over the same cases."""
    changes = list(compare(accepted.grades, grades_of(run)))
    if not changes:
        yield Held(
            "against the accepted run", False, "no case in common: make a new one with `care-act evals run --accept`"
        )
    for change in changes:
        yield Held(f"no drop: {change.measure.title}", not change.dropped, str(change) if change.dropped else "")
