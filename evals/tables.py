"""Tables for a terminal and for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table as RichTable

from evals.finding import HEADINGS, FindingScores
from evals.intervals import cell
from evals.levers import Row
from evals.outcomes import figure_json


def lever_tables(rows: Sequence[Row]) -> Iterator[RichTable]:
    """A table a split: a line a system, a column a measure, each with its 95% interval."""
    for split in dict.fromkeys(split for row in rows for split in row.scores):
        table = RichTable(title=f"{split}, n {_n(rows, split)} questions", show_lines=False)
        table.add_column("system", min_width=28)
        for heading in HEADINGS.values():
            table.add_column(heading, justify="right")
        for row in rows:
            if split in row.scores:
                table.add_row(row.name, *(cell(getattr(row.scores[split], name)) for name in HEADINGS))
        yield table


def lever_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The same as values: a figure is its value, n and interval."""
    return [
        {"system": row.name, "splits": {split: _values(scores) for split, scores in row.scores.items()}} for row in rows
    ]


def _values(scores: FindingScores) -> dict[str, Any]:
    return {name: figure_json(getattr(scores, name)) for name in asdict(scores)}


def _n(rows: Sequence[Row], split: str) -> int:
    return next(row.scores[split].in_five_items.n for row in rows if split in row.scores)
