"""How far two readers agree beyond chance, and the sample that a person has labelled (`data/labelled.jsonl`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import BadSource
from evals.cases import DATA, Case
from evals.intervals import Rate

PATH = DATA / "labelled.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Whether an answer says a fact, as a person read it."""

    case: str
    question: str
    answer: str
    fact: str
    says: bool


def read_labelled(path: Path = PATH) -> tuple[Labelled, ...]:
    """The labelled sample. Raises BadSource naming a line that cannot be read."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            for label in raw["facts"]:
                if not isinstance(label["says"], bool):
                    raise TypeError("says is neither true nor false")
                found.append(Labelled(raw["case"], raw["question"], raw["answer"], label["fact"], label["says"]))
        except (ValueError, KeyError, TypeError) as exc:
            raise BadSource(f"{path}:{number} is no labelled answer ({exc!r}). Mend that line.") from exc
    return tuple(found)


def by_patterns(labelled: Iterable[Labelled], cases: Iterable[Case]) -> list[tuple[Labelled, bool]]:
    """What the patterns of the cases, as they are now, say of each; those whose fact was taken out are left out."""
    nuggets = {(case.id, nugget.text): nugget for case in cases for nugget in case.must_say if nugget.any}
    return [
        (one, nuggets[one.case, one.fact].stands_in(one.answer)) for one in labelled if (one.case, one.fact) in nuggets
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two readers over the same items: how often they agree, and Cohen's kappa with its 95% bootstrap interval."""

    same: Rate
    kappa: float
    interval: tuple[float, float]
    first: Rate  # what each says yes to
    second: Rate

    @property
    def kappa_shown(self) -> str:
        """`0.85 [0.70 0.96] n60`."""
        low, high = self.interval
        return f"{self.kappa:.2f} [{low:.2f} {high:.2f}] n{self.same.n}"


def agreement(pairs: Sequence[tuple[bool, bool]], resamples: int = 4000) -> Agreement:
    """Cohen's kappa (1960): agreement beyond what two readers with these shares of yes would have by chance.

    The seed is fixed. Where both always say the same word chance explains everything, and kappa is 0.
    """
    both = np.array(pairs, dtype=bool).reshape(-1, 2)
    picks = np.random.default_rng(0).integers(0, max(1, len(both)), (resamples, len(both)))
    drawn = _kappas(both[picks]) if len(both) else np.zeros(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    first, second = both[:, 0], both[:, 1]
    return Agreement(
        Rate(int((first == second).sum()), len(both)),
        float(_kappas(both[None])[0]) if len(both) else 0.0,
        (float(low), float(high)),
        Rate(int(first.sum()), len(both)),
        Rate(int(second.sum()), len(both)),
    )


def _kappas(pairs: np.ndarray) -> np.ndarray:
    """Kappa of each sample: samples along the first axis, items along the second, readers along the third."""
    observed = (pairs[..., 0] == pairs[..., 1]).mean(axis=1)
    first, second = pairs[..., 0].mean(axis=1), pairs[..., 1].mean(axis=1)
    chance = first * second + (1 - first) * (1 - second)
    return np.asarray(np.where(chance < 1, (observed - chance) / np.where(chance < 1, 1 - chance, 1), 0.0))
