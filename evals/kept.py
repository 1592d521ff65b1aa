"""Runs kept under a home, each in a folder named by its time: run.json, timings.json, and tables that other commands add."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import BadSource
from evals.cases import DATA
from evals.outcomes import Run, as_json, read_run

RUN, TIMINGS = "run.json", "timings.json"
Timings = Mapping[str, Mapping[str, float]]  # case → step of the road → milliseconds


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table shows in one place, and the ids of the items behind it."""

    shown: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table that the report shows beside the run's own figures. The first cell of a row names it."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


_TABLE: TypeAdapter[Table] = TypeAdapter(Table)


@dataclass(frozen=True, slots=True)
class Kept:
    """The folder of one run."""

    folder: Path

    @property
    def name(self) -> str:
        """The time it was kept."""
        return self.folder.name

    def run(self) -> Run:
        """The run. Raises BadSource when there is none that can be read."""
        return read_run(self.folder / RUN)

    def timings(self) -> Timings:
        """The times of its answers; none when they were not kept."""
        path = self.folder / TIMINGS
        held: Timings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return held

    def add(self, name: str, table: Table) -> None:
        """Keep a table beside the run, in place of an earlier one of that name."""
        write_table(self.folder / f"table-{name}.json", table)

    def tables(self) -> tuple[Table, ...]:
        """The tables beside the run, by name."""
        return tuple(read_table(path) for path in sorted(self.folder.glob("table-*.json")))


def runs_of(home: Path) -> tuple[Kept, ...]:
    """Every run kept under a home, oldest first."""
    return tuple(Kept(path.parent) for path in sorted((home / "evals" / "runs").glob(f"*/{RUN}")))


def last_run(home: Path) -> Kept:
    """The run kept last. Raises BadSource when there is none."""
    runs = runs_of(home)
    if not runs:
        raise BadSource("No run is kept yet. Make one with `care-act evals run`.")
    return runs[-1]


def keep(run: Run, timings: Timings, home: Path) -> Kept:
    """Keep a run. Raises BadSource, and keeps nothing, when it does not follow `data/run.schema.json`."""
    text = as_json(run)
    check_schema(text)
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder, n = home / "evals" / "runs" / now, 1
    while folder.exists():  # two within a second
        n += 1
        folder = folder.with_name(f"{now}-{n}")
    folder.mkdir(parents=True)
    (folder / RUN).write_text(text, encoding="utf-8")
    (folder / TIMINGS).write_text(json.dumps(timings, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return Kept(folder)


def check_schema(text: str) -> None:
    """Raises BadSource naming the first place of a run's JSON that does not follow the schema."""
    problem = next(_validator().iter_errors(json.loads(text)), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "the whole"
        raise BadSource(
            f"The run does not follow evals/data/run.schema.json: {place}: {problem.message[:200]}. Mend the schema or "
            "what makes the run (evals/outcomes.py)."
        )


def write_table(path: Path, table: Table) -> None:
    """Write a table as JSON."""
    path.write_text(json.dumps(asdict(table), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_table(path: Path) -> Table:
    """A table that `write_table` wrote. Raises BadSource when it is not one."""
    try:
        return _TABLE.validate_json(path.read_bytes())
    except (OSError, ValidationError) as exc:
        raise BadSource(f"{path} is not a table ({type(exc).__name__}). Delete it, or make it again.") from exc


def table_of(title: str, caption: str, columns: Sequence[str], rows: Sequence[Sequence[str | Cell]]) -> Table:
    """A table of cells and plain texts."""
    cells = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(title, caption, tuple(columns), cells)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads((DATA / "run.schema.json").read_text(encoding="utf-8")))
