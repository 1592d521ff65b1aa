"""Plots as SVG for one page, each with its numbers in a table: drawn by matplotlib, with no script and nothing from the network.

The only door to matplotlib.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.intervals import Rate, cell
from evals.kept import Cell, Table, table_of
from evals.outcomes import Outcome, figure

_INK, _BAR, _ACCENT, _THIRD = "#0b0c0c", "#1d70b8", "#912b88", "#00703c"
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, its title, in a sentence what it shows for those who cannot see it, and its numbers with their items."""

    title: str
    told: str
    svg: str
    numbers: Table


def confusion(outcomes: Sequence[Outcome]) -> Plot:
    """Statuses wanted against statuses got."""
    cells: dict[tuple[str, str], list[str]] = {}
    for o in outcomes:
        cells.setdefault((o.status if o.status in o.wanted else o.wanted[0], o.status), []).append(o.id)
    names = sorted({name for pair in cells for name in pair})
    table = np.array([[len(cells.get((wanted, got), ())) for got in names] for wanted in names])
    axes, done = _canvas(8, 6)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), n in np.ndenumerate(table):
        if n:
            axes.text(
                column, row, str(n), ha="center", va="center", color="white" if shares[row, column] > 0.5 else _INK
            )
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="got", ylabel="wanted")
    right = Rate(sum(o.status in o.wanted for o in outcomes), len(outcomes))
    rows = [(wanted, got, Cell(str(len(ids)), tuple(ids))) for (wanted, got), ids in sorted(cells.items())]
    numbers = table_of("Route confusion", "Messages by the status wanted and got", ("wanted", "got", "messages"), rows)
    return Plot("Route confusion", f"{right} got the status they should.", done(), numbers)


def risk_coverage(outcomes: Sequence[Outcome]) -> Plot:
    """If only the surest answers were given: what share would be given, and what share of those would not be right."""
    scored = sorted((o for o in outcomes if "crag" in o.grades), key=lambda o: -o.confidence)
    wrong = np.cumsum([o.grades["crag"][0] < 1 for o in scored])
    given = np.arange(1, len(scored) + 1)
    axes, done = _canvas(7, 4)
    axes.plot(given / len(scored), wrong / given, color=_BAR)
    axes.set(
        xlabel="coverage: share of questions answered, surest first",
        ylabel="risk: not wholly right",
        ylim=(0, 1),
        xlim=(0, 1),
    )
    ends = sorted({max(1, round(len(scored) * tenth / _TENTHS)) for tenth in range(1, _TENTHS + 1)})
    rows = [
        (
            f"{100 * end / len(scored):.0f}%",
            Cell(cell(Rate(int(wrong[end - 1]), end)), tuple(o.id for o in scored[:end] if o.grades["crag"][0] < 1)),
        )
        for end in ends
    ]
    half = ends[len(ends) // 2]
    told = (
        f"Of all answers not wholly right: {Rate(int(wrong[-1]), len(scored))}; of the surest "
        f"{100 * half / len(scored):.0f}%: {Rate(int(wrong[half - 1]), half)}."
    )
    numbers = table_of("Risk and coverage", "What is not wholly right, surest first", ("answered", "not right"), rows)
    return Plot("Risk and coverage", told, done(), numbers)


def by(outcomes: Sequence[Outcome], what: str, measures: Mapping[str, str]) -> Plot:
    """Some measures for every topic or style, worst first."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(getattr(outcome, what), []).append(outcome)
    values = {name: {m: figure(some, m) for m in measures} for name, some in groups.items()}
    first = next(iter(measures))

    def height(name: str, measure: str) -> float:
        found = values[name][measure]
        return found.value if found else 0.0

    names = sorted(groups, key=lambda name: (-height(name, first), name))
    axes, done = _canvas(8, 1 + 0.36 * len(names))
    for shift, (measure, colour) in enumerate(zip(measures, (_BAR, _ACCENT), strict=False)):
        places = np.arange(len(names)) + (shift - 0.5) * 0.38
        axes.barh(places, [height(name, measure) for name in names], 0.36, color=colour, label=measures[measure])
    axes.set_yticks(range(len(names)), [f"{name} ({len(groups[name])})" for name in names])
    axes.set(xlim=(0, 1))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    rows: list[list[str | Cell]] = [
        [name, *(Cell(cell(values[name][m]), tuple(o.id for o in groups[name] if _short(o, m))) for m in measures)]
        for name in reversed(names)
    ]
    told = f"Lowest {measures[first]}: {names[-1]}, {values[names[-1]][first] or 'nothing counted'}."
    numbers = table_of(f"By {what}", "Lowest first, with the items that fall short", (what, *measures.values()), rows)
    return Plot(f"By {what}", told, done(), numbers)


def _short(outcome: Outcome, measure: str) -> bool:
    score, of = outcome.grades.get(measure, (1.0, 1))
    return score < of


def histogram(values: Mapping[str, float], title: str, unit: str) -> Plot:
    """How a figure of each item is spread."""
    axes, done = _canvas(7, 3.2)
    numbers = np.array(list(values.values()))
    counts, edges, _ = axes.hist(numbers, bins=min(30, max(1, len(values))), color=_BAR)
    axes.set(xlabel=unit, ylabel="answers")
    bins = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, len(counts) - 1)
    ids = np.array(list(values), dtype=object)
    rows = [
        (f"{edges[n]:.1f} to {edges[n + 1]:.1f}", Cell(str(int(count)), tuple(ids[bins == n])))
        for n, count in enumerate(counts)
        if count
    ]
    middle, high = np.percentile(numbers, [50, 95])
    told = f"Median {middle:.1f}, 95th percentile {high:.1f} ({unit}), over {len(values)} answers."
    return Plot(title, told, done(), table_of(title, "Answers by range", (unit, "answers"), rows))


def trend(runs: Sequence[tuple[str, Sequence[Outcome]]], measures: Mapping[str, str]) -> Plot:
    """Measures over the kept runs, oldest first."""
    axes, done = _canvas(7, 3.6)
    found = [{measure: figure(some, measure) for measure in measures} for _, some in runs]
    for (measure, title), colour in zip(measures.items(), (_BAR, _ACCENT, _THIRD), strict=False):
        points = [value.value if (value := one[measure]) else np.nan for one in found]
        axes.plot(range(len(runs)), points, marker="o", color=colour, label=title)
    axes.set_xticks(range(len(runs)), [name for name, _ in runs], rotation=30, ha="right")
    axes.set(ylim=(0, 1.02))
    axes.legend(frameon=False)
    rows = [(name, *(cell(one[m]) for m in measures)) for (name, _), one in zip(runs, found, strict=True)]
    numbers = table_of("Trend over runs", "Oldest first", ("run", *measures.values()), rows)
    return Plot("Trend over runs", f"{len(runs)} runs kept, the last on {runs[-1][0]}.", done(), numbers)


def drawn(
    outcomes: Sequence[Outcome],
    timings: Mapping[str, Mapping[str, float]],
    earlier: Sequence[tuple[str, Sequence[Outcome]]],
) -> Iterator[Plot]:
    """Every plot of a run, by what it has: statuses, questions, times, earlier runs."""
    shown = {"in_five": "a right section in five", "facts": "facts said"}
    questions = [o for o in outcomes if o.kind != "message"]
    yield confusion(outcomes)
    if questions:
        yield risk_coverage(questions)
        yield by(questions, "topic", shown)
        yield by(questions, "style", shown)
    grades = {o.id: o.grades["reading_grade"][0] for o in questions if "reading_grade" in o.grades}
    if grades:
        yield histogram(grades, "Reading grade", "Flesch-Kincaid grade")
    totals = {key: times["total"] for key, times in timings.items() if "total" in times}
    if totals:
        yield histogram(totals, "Latency", "milliseconds an answer")
    runs = [(name, [o for o in some if o.kind != "message"]) for name, some in earlier]
    if questions and any(some for _, some in runs):
        yield trend([(name, some) for name, some in runs if some], shown | {"cites_gold": "names a right section"})


def _canvas(width: float, height: float) -> tuple[Any, Any]:
    """Axes to draw on, and what turns them into SVG. Text stays text; ids are the same every time."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(drawing)
    axes = drawing.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)

    def done() -> str:
        out = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "care-act", "font.family": "sans-serif"}):
            drawing.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        svg = out.getvalue()
        return re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)

    return axes, done
