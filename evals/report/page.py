"""The report of a run: one HTML page that needs nothing else, and JUnit for machines."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET  # written with, never read with
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from evals.intervals import cell
from evals.measures import BY_NAME, Measure
from evals.outcomes import Figure, Outcome, Run, figures, groups
from evals.report import plots

_SHOWN = {"in_five": "a right section in five", "facts": "facts said"}
_TREND = {"in_five": "a right section in five", "facts": "facts said", "cites_gold": "names a right section"}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the table, and the items that fall short of it."""

    measure: Measure
    group: str
    shown: str
    short: tuple[Outcome, ...]


def page(
    run: Run,
    timings: Mapping[str, Mapping[str, float]],
    earlier: Sequence[tuple[str, Run]],
    extras: Mapping[str, Any],
    made: str,
) -> str:
    """The page. `earlier` are kept runs, oldest first, this one last; `extras` are tables of peers by title."""
    by_group = groups(run)
    questions = [o for o in run.outcomes if o.kind != "message"]
    lines = [line for group, some in by_group.items() for line in _lines(group, some)]
    listed = {o.id: o for line in lines for o in line.short}
    template = Environment(
        loader=PackageLoader("evals.report"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    ).get_template("report.html")
    return template.render(
        made=made,
        what=run.what,
        groups={group: len(some) for group, some in by_group.items()},
        lines=lines,
        items=[listed[key] for key in sorted(listed)],
        measures=BY_NAME,
        plots=list(_plots(run, questions, timings, earlier)),
        extras=extras,
    )


def _lines(group: str, outcomes: Sequence[Outcome]) -> Iterator[Line]:
    for name, value in figures(outcomes).items():
        short = tuple(o for o in outcomes if name in o.why and name in o.grades)
        yield Line(BY_NAME[name], group, shown(value), short)


def shown(value: Figure) -> str:
    """A figure with its n and interval, as the tables have it."""
    return cell(value)


def _plots(
    run: Run,
    questions: Sequence[Outcome],
    timings: Mapping[str, Mapping[str, float]],
    earlier: Sequence[tuple[str, Run]],
) -> Iterator[plots.Plot]:
    yield plots.confusion(run.outcomes)
    if questions:
        yield plots.risk_coverage(questions)
        yield plots.by(questions, "topic", _SHOWN)
        yield plots.by(questions, "style", _SHOWN)
        grades = [o.grades["reading_grade"][0] for o in questions if "reading_grade" in o.grades]
        if grades:
            yield plots.histogram(grades, "Reading grade", "Flesch-Kincaid grade")
    totals = [times["total"] for times in timings.values() if "total" in times]
    if totals:
        yield plots.histogram(totals, "Latency", "milliseconds an answer")
    if earlier and questions:
        runs = [(name, [o for o in one.outcomes if o.kind != "message"]) for name, one in earlier]
        yield plots.trend([(name, some) for name, some in runs if some], _TREND)


def junit(run: Run) -> str:
    """A test case for every item, failed when a measure that must hold, or its status, does not."""
    suite = ET.Element("testsuite", name="care-act evals", tests=str(len(run.outcomes)))
    failures = 0
    for outcome in run.outcomes:
        case = ET.SubElement(suite, "testcase", classname=outcome.group, name=outcome.id)
        broken = [
            f"{name}: {why}"
            for name, why in outcome.why.items()
            if (BY_NAME[name].must_hold or name == "status") and outcome.grades[name][0] < outcome.grades[name][1]
        ]
        if broken:
            failures += 1
            ET.SubElement(case, "failure", message=broken[0][:200]).text = "\n".join(broken)
    suite.set("failures", str(failures))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def read_timings(folder: Path) -> dict[str, dict[str, float]]:
    """The times of a kept run; none when they were not kept."""
    path = folder / "timings.json"
    held: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return held
