"""Two runs side by side: what changed for the same cases, how sure that is, and what flipped (`care-act evals compare A B`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.measures import MEASURES, Measure

RESAMPLES = 4000
Grades = Mapping[str, Mapping[str, tuple[float, int]]]  # case → measure → score, of


@dataclass(frozen=True, slots=True)
class Change:
    """One measure over the cases both runs have: the values, their difference and its 95% interval (paired bootstrap)."""

    measure: Measure
    n: int
    before: float
    after: float
    interval: tuple[float, float]
    worse: tuple[str, ...]  # cases that were better before
    better: tuple[str, ...]

    @property
    def dropped(self) -> bool:
        """Whether it got worse, and by more than chance."""
        low, high = self.interval
        return high < 0 if self.measure.more else low > 0

    @property
    def risen(self) -> bool:
        """Whether it got better, and by more than chance."""
        low, high = self.interval
        return low > 0 if self.measure.more else high < 0

    def __str__(self) -> str:
        low, high = self.interval
        mark = "WORSE" if self.dropped else "better" if self.risen else ""
        flips = f"{len(self.better)} better, {len(self.worse)} worse"
        return (
            f"{self.measure.title:58} {self.before:7.3f} → {self.after:7.3f}  "
            f"{self.after - self.before:+.3f} [{low:+.3f} {high:+.3f}] n {self.n}  {flips}  {mark}"
        ).rstrip()


def compare(before: Grades, after: Grades) -> Iterator[Change]:
    """Every measure that both runs have, over the cases both have. The seed is fixed: the same runs, the same result."""
    shared = [key for key in before if key in after]
    for measure in MEASURES:
        name = measure.name
        keys = [key for key in shared if name in before[key] and name in after[key]]
        if keys:
            yield _change(measure, keys, [before[key][name] for key in keys], [after[key][name] for key in keys])


def _change(
    measure: Measure, keys: Sequence[str], before: Sequence[tuple[float, int]], after: Sequence[tuple[float, int]]
) -> Change:
    a, b = np.array(before, dtype=np.float64), np.array(after, dtype=np.float64)
    picks = np.random.default_rng(0).integers(0, len(keys), (RESAMPLES, len(keys)))
    differences = _ratio(b[picks]) - _ratio(a[picks])
    low, high = np.percentile(differences, [2.5, 97.5])
    better = (b[:, 0] / b[:, 1] - a[:, 0] / a[:, 1]) * (1 if measure.more else -1)
    return Change(
        measure,
        len(keys),
        float(_ratio(a[None])[0]),
        float(_ratio(b[None])[0]),
        (float(low), float(high)),
        tuple(key for key, by in zip(keys, better, strict=True) if by < 0),
        tuple(key for key, by in zip(keys, better, strict=True) if by > 0),
    )


def _ratio(scores: np.ndarray) -> np.ndarray:
    """Sum of scores over sum of what they are of, along the second axis."""
    return np.asarray(scores[..., 0].sum(axis=1) / np.maximum(scores[..., 1].sum(axis=1), 1))


def why_worse(
    change: Change, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """For each case that got worse: its id and the grader's reason, new against old."""
    name = change.measure.name
    for key in change.worse:
        reason = after.get(key, {}).get(name, "")
        earlier = before.get(key, {}).get(name, "")
        yield f"{key}: {reason or 'a lower score'}" + (f" (before: {earlier})" if earlier else "")
