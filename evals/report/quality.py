"""The README's table of how good the answers are, written from the accepted run and held to it by a test."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.errors import BadSource
from evals.accepted import COMMAND, Accepted
from evals.measures import BY_NAME

BEGIN, END = "<!-- quality: written by `care-act evals report --readme` -->", "<!-- quality: end -->"
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


def written(readme: str, accepted: Accepted) -> str:
    """The README with its table as it should be. Raises BadSource when it has no place for one."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not pattern.search(readme):
        raise BadSource(f"The README has no place for the table. Put {BEGIN} and {END} on lines of their own.")
    block = f"{BEGIN}\n{table(accepted)}\n{END}"
    return pattern.sub(lambda _: block, readme)


def write(readme: Path, accepted: Accepted) -> None:
    """Write the table into the README."""
    readme.write_text(written(readme.read_text(encoding="utf-8"), accepted), encoding="utf-8")
