"""The last accepted run, in short, as it is kept in the repository (`data/accepted.json`): what later runs are held against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import BadSource
from evals.cases import DATA
from evals.compare import Grades
from evals.outcomes import Run, figure_json, figures, groups

PATH = DATA / "accepted.json"
COMMAND = "care-act evals run --accept"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The figures of the run, what it said of every case, and the statements somebody has looked at and found sound."""

    date: str
    what: Mapping[str, str]
    figures: Mapping[str, Mapping[str, Mapping[str, Any]]]
    grades: Grades
    doubtful: tuple[str, ...]


def grades_of(run: Run) -> Grades:
    """What a run says of every case, without the reasons."""
    return {outcome.id: outcome.grades for outcome in run.outcomes}


def write_accepted(run: Run, date: str, doubtful: Sequence[str], path: Path = PATH) -> None:
    """Keep a run as the accepted one. A line a case: the measures it passed, then those it did not, with score and count."""
    head = {
        "date": date,
        "command": COMMAND,
        "what": run.what,
        "figures": {
            group: {name: figure_json(value) for name, value in figures(some).items()}
            for group, some in groups(run).items()
        },
        "doubtful": sorted(doubtful),
    }
    lines = [f" {json.dumps(key)}: {json.dumps(_short(grades))}" for key, grades in grades_of(run).items()]
    whole = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    path.write_text(whole + ',\n "cases": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


def _short(grades: Mapping[str, tuple[float, int]]) -> list[Any]:
    """Names of the measures with 1 of 1 in one string, the others as name → [score, of]."""
    passed = " ".join(sorted(name for name, (score, of) in grades.items() if score == of == 1))
    return [passed, {name: [score, of] for name, (score, of) in sorted(grades.items()) if not score == of == 1}]


def read_accepted(path: Path = PATH) -> Accepted:
    """Raises BadSource when there is none, saying how to make one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        grades = {
            key: dict.fromkeys(passed.split(), (1.0, 1))
            | {name: (float(s), int(of)) for name, (s, of) in other.items()}
            for key, (passed, other) in raw["cases"].items()
        }
        return Accepted(raw["date"], raw["what"], raw["figures"], grades, tuple(raw["doubtful"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise BadSource(f"{path} is not an accepted run ({type(exc).__name__}). Make one with `{COMMAND}`.") from exc
