"""The README's tables of how good the answers are, written from the accepted run and tables and held to them by a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.errors import BadSource
from evals.accepted import COMMAND, Accepted, read_accepted
from evals.beside import ACCEPTED, reader_table
from evals.cases import all_cases
from evals.kept import Table, read_table
from evals.measures import BY_NAME

BEGIN, END = "<!-- {}: written by `care-act evals report --readme` -->", "<!-- {}: end -->"
_BESIDE = ("system", "section in 5 slots", "MRR@10", "first card right", "facts handed", "facts said")
_QUESTIONS = (
    "answered", "cites_gold", "in_five", "mrr", "first_card", "handed", "facts", "facts_vital", "no_false_claim", "crag",
    "citation_recall", "citation_precision", "official", "quotes", "contacts_known", "explained", "reading_grade", "words",
)  # fmt: skip
_MESSAGES = ("status", "danger_found", "danger_helped", "no_false_alarm", "kept", "outside", "manipulation")


def table(accepted: Accepted) -> str:
    """The table in Markdown: a line a measure, each figure with its n and 95% interval."""
    lines = [
        f"Measured on {accepted.date} by `{COMMAND}` ({accepted.what['cases'].split()[0]} cases), as it stands in `evals/data/accepted.json`.",
        "Every figure has its 95% interval and n. *Test* holds out whole topics and styles.",
        "",
        "| questions | dev | test |",
        "|---|---|---|",
        *(
            f"| {BY_NAME[name].title} | {_cell(accepted, 'dev', name)} | {_cell(accepted, 'test', name)} |"
            for name in _QUESTIONS
        ),
        "",
        "| messages | all |",
        "|---|---|",
        *(f"| {BY_NAME[name].title} | {_cell(accepted, 'messages', name)} |" for name in _MESSAGES),
    ]
    return "\n".join(lines)


def _cell(accepted: Accepted, group: str, name: str) -> str:
    held = accepted.figures.get(group, {}).get(name)
    if held is None:
        return "–"
    value, low, high, n = held["value"], held["low"], held["high"], held["n"]
    if BY_NAME[name].kind == "mean":
        return f"{value:.3g} ({low:.3g} to {high:.3g}), n {n}"
    return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f}) of {n}"


def beside(folder: Path = ACCEPTED) -> str:
    """The kept tables in Markdown: the systems over the held-out half, the checkers, the levers, SciFact."""
    held = {path.stem: read_table(path) for path in sorted(folder.glob("*.json"))}
    parts = []
    for name in ("peers", "checkers", "scifact", "levers"):
        if name in held:
            table, shown = held[name], _held_out(held[name])
            lines = [f"**{table.title}.** {_captions(table)}", "", *_markdown(shown)]
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _captions(table: Table) -> str:
    """What stands under the title; the long legend of the finding tables in one sentence."""
    if "split" in table.columns:
        return "The held-out half; per cent, or the mean reciprocal rank."
    return f"{table.caption[0].upper()}{table.caption[1:]}."


def _held_out(table: Table) -> Table:
    """Of a table by split, the held-out half, and the columns that every system has."""
    if "split" not in table.columns:
        return table
    at = table.columns.index("split")
    kept = [n for n, name in enumerate(table.columns) if name in _BESIDE]
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows if row[at].shown == "test")
    return Table(table.title, table.caption, tuple(table.columns[n] for n in kept), rows)


def _markdown(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.columns)} |"
    yield "|" + "---|" * len(table.columns)
    yield from (f"| {' | '.join(cell.shown for cell in row)} |" for row in table.rows)


def reader() -> str:
    """How far the patterns that count facts can be trusted, in two sentences."""
    rows = {row[0].shown: [cell.shown for cell in row[1:]] for row in reader_table(all_cases()).rows}
    (kappa, _, said, counted), vital, okay = rows["all facts"], rows["vital facts"], rows["okay facts"]
    return (
        f"*Facts said* are counted by patterns. A reader found {said} of a labelled sample said where the patterns found {counted} "
        f"(a fact half said counted as not said): Cohen's κ {kappa}; {vital[0]} for the vital facts, {okay[0]} for the others. "
        "So read those figures as a way to see change, not as a share of people told."
    )


def written(readme: str, accepted: Accepted, tables: Path = ACCEPTED) -> str:
    """The README with its tables as they should be. Raises BadSource when it has no place for them."""
    for name, block in (("quality", f"{table(accepted)}\n\n{reader()}"), ("beside", beside(tables))):
        begin, end = BEGIN.format(name), END.format(name)
        before, found, rest = readme.partition(begin)
        _, also, after = rest.partition(end)
        if not (found and also):
            raise BadSource(f"The README has no place for the table. Put {begin} and {end} on lines of their own.")
        readme = f"{before}{begin}\n{block}\n{end}{after}"
    return readme


def write(readme: Path) -> None:
    """Write the tables into the README."""
    text = readme.read_text(encoding="utf-8")
    readme.write_text(written(text, read_accepted()), encoding="utf-8")
