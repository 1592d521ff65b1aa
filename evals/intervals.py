"""Rates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Z = 1.959964  # the normal quantile of a 95% interval


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share, 0 when nothing was counted."""
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval at 95% (Wilson 1927)."""
        if not self.n:
            return (0.0, 1.0)
        share, z2 = self.value, _Z * _Z
        centre = (share + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = _Z * math.sqrt(share * (1 - share) / self.n + z2 / (4 * self.n * self.n)) / (1 + z2 / self.n)
        return (max(0.0, centre - half), min(1.0, centre + half))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f}% ({self.hits} of {self.n}, 95% interval {100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a figure that is no share, with a 95% interval from the bootstrap (Efron 1979; a fixed seed)."""

    value: float
    n: int
    interval: tuple[float, float]

    @classmethod
    def of(cls, values: NDArray[np.float64], resamples: int = 2000) -> Mean:
        """The mean of some values; 0 with an empty interval when there are none."""
        if not len(values):
            return cls(0.0, 0, (0.0, 0.0))
        picks = np.random.default_rng(0).integers(0, len(values), (resamples, len(values)))
        low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
        return cls(float(values.mean()), len(values), (float(low), float(high)))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} (n {self.n}, 95% interval {low:.3f} to {high:.3f})"


def cell(figure: Rate | Mean | None) -> str:
    """`92.8 [88 96] n194` for a rate, in per cent; three decimals for a mean."""
    if figure is None:
        return "–"
    low, high = figure.interval
    if isinstance(figure, Mean):
        return f"{figure.value:.3f} [{low:.3f} {high:.3f}] n{figure.n}"
    return f"{100 * figure.value:.1f} [{100 * low:.0f} {100 * high:.0f}] n{figure.n}"
