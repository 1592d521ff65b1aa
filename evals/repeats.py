"""The same cases asked several times: alike to the byte, or how far the answers of a chat model vary (`run --repeats`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.intervals import Rate
from evals.measures import BY_NAME
from evals.outcomes import Figure, Run, as_json, figures


@dataclass(frozen=True, slots=True)
class Repeats:
    """What several runs of the same things say together. `unlike` are the cases that did not come out the same each time."""

    alike: bool  # byte for byte, as JSON
    unlike: tuple[str, ...]
    changed: Rate
    spread: dict[str, tuple[Figure, ...]]  # measure → its figure in each run, where they differ

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        if self.alike:
            yield "The runs are alike to the byte, apart from their times."
            return
        yield f"came out differently {self.changed}: {', '.join(self.unlike[:12])}"
        for name, values in self.spread.items():
            low, high = (f"{value:.3f}" for value in (min(v.value for v in values), max(v.value for v in values)))
            yield f"  {BY_NAME[name].title:60} {low} to {high}, n {values[0].n} in each of {len(values)}"


def repeats_of(runs: Sequence[Run]) -> Repeats:
    """What two runs or more of the same cases have in common. Their n is not summed: a case asked twice is one case."""
    first, *others = runs
    unlike = tuple(o.id for o in first.outcomes if any(other.by_id.get(o.id) != o for other in others))
    measured = [figures(run.outcomes) for run in runs]
    spread = {
        name: tuple(one[name] for one in measured if name in one)
        for name in measured[0]
        if len({one[name] for one in measured if name in one}) > 1
    }
    alike = len({as_json(run) for run in runs}) == 1
    return Repeats(alike, unlike, Rate(len(unlike), len(first.outcomes)), spread)
