"""The report of a run: one HTML page that needs nothing else, and JUnit for machines."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # written with, never read with
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, select_autoescape

from evals.intervals import cell
from evals.kept import Cell, Table, Timings
from evals.measures import BY_NAME, Measure
from evals.outcomes import Outcome, Run, figures, groups
from evals.report import plots


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the table, and the items that fall short of it."""

    measure: Measure
    group: str
    figure: Cell


def page(run: Run, timings: Timings, earlier: Sequence[tuple[str, Run]], tables: Sequence[Table], made: str) -> str:
    """The page. `earlier` are kept runs, oldest first, this one last; `tables` stand beside the run's own figures."""
    by_group = groups(run)
    template = Environment(
        loader=PackageLoader("evals.report"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    ).get_template("report.html")
    return template.render(
        made=made,
        what=run.what,
        groups={group: len(some) for group, some in by_group.items()},
        lines=[line for group, some in by_group.items() for line in _lines(group, some)],
        outcomes=run.outcomes,
        known=frozenset(run.by_id),
        measures=BY_NAME,
        plots=list(plots.drawn(run.outcomes, timings, [(name, one.outcomes) for name, one in earlier])),
        tables=tables,
    )


def _lines(group: str, outcomes: Sequence[Outcome]) -> Iterator[Line]:
    for name, value in figures(outcomes).items():
        short = tuple(o.id for o in outcomes if name in o.why and name in o.grades)
        yield Line(BY_NAME[name], group, Cell(cell(value), short))


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
