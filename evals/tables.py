"""Measured systems as a table: a line a system and split, a column a measure, each with its interval and its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.finding import HEADINGS, FindingScores
from evals.intervals import cell
from evals.kept import Cell, Table, table_of
from evals.levers import Row


def finding_table(title: str, legend: str, rows: Sequence[Row]) -> Table:
    """The table, split by split; what a system missed stands behind its first right section."""
    splits = sorted({split for row in rows for split in row.scores})
    lines = [list(_line(row, split, row.scores[split])) for split in splits for row in rows if split in row.scores]
    return table_of(title, legend, ["system", "split", *HEADINGS.values()], lines)


def _line(row: Row, split: str, scores: FindingScores) -> Iterator[str | Cell]:
    yield row.name
    yield split
    for name in HEADINGS:
        yield Cell(cell(getattr(scores, name)), row.missed.get(split, ()) if name == "in_five_sections" else ())
