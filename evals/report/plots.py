"""Plots as SVG for one page: drawn by matplotlib, with no script and nothing from the network. The only door to matplotlib."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.outcomes import Outcome, figure

_INK, _BAR, _ACCENT = "#0b0c0c", "#1d70b8", "#912b88"


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, its title, and in a sentence what it shows for those who cannot see it."""

    title: str
    told: str
    svg: str


def confusion(outcomes: Sequence[Outcome]) -> Plot:
    """Statuses wanted against statuses got."""
    names = sorted({o.wanted[0] for o in outcomes} | {o.status for o in outcomes})
    counts = Counter((o.status if o.status in o.wanted else o.wanted[0], o.status) for o in outcomes)
    table = np.array([[counts[wanted, got] for got in names] for wanted in names])
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
    wrong = sum(o.status not in o.wanted for o in outcomes)
    return Plot(
        "Route confusion",
        f"{len(outcomes) - wrong} of {len(outcomes)} messages got the status they should; {wrong} did not.",
        done(),
    )


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
    half = wrong[len(scored) // 2] / given[len(scored) // 2]
    return Plot(
        "Risk and coverage",
        f"Answering every question, {wrong[-1] / given[-1]:.0%} are not wholly right; answering the surest half, {half:.0%}.",
        done(),
    )


def by(outcomes: Sequence[Outcome], what: str, measures: Mapping[str, str]) -> Plot:
    """Some measures for every topic or style, worst first."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(getattr(outcome, what), []).append(outcome)
    first = next(iter(measures))
    values = {
        name: {m: value.value if (value := figure(some, m)) else 0.0 for m in measures} for name, some in groups.items()
    }
    names = sorted(groups, key=lambda name: -values[name][first])
    axes, done = _canvas(8, 1 + 0.36 * len(names))
    for shift, (measure, colour) in enumerate(zip(measures, (_BAR, _ACCENT), strict=False)):
        places = np.arange(len(names)) + (shift - 0.5) * 0.38
        axes.barh(places, [values[name][measure] for name in names], 0.36, color=colour, label=measures[measure])
    axes.set_yticks(range(len(names)), [f"{name} ({len(groups[name])})" for name in names])
    axes.set(xlim=(0, 1))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    worst = names[-1]
    return Plot(
        f"By {what}",
        f"Lowest {measures[first]}: {worst}, {values[worst][first]:.0%} over {len(groups[worst])} questions.",
        done(),
    )


def histogram(values: Sequence[float], title: str, unit: str) -> Plot:
    """How a figure is spread."""
    axes, done = _canvas(7, 3.2)
    axes.hist(values, bins=30, color=_BAR)
    axes.set(xlabel=unit, ylabel="answers")
    middle, high = np.percentile(values, [50, 95])
    return Plot(title, f"Median {middle:.1f}, 95th percentile {high:.1f} ({unit}), over {len(values)} answers.", done())


def trend(runs: Sequence[tuple[str, Sequence[Outcome]]], measures: Mapping[str, str]) -> Plot:
    """Measures over the kept runs, oldest first."""
    axes, done = _canvas(7, 3.6)
    for (measure, title), colour in zip(measures.items(), (_BAR, _ACCENT, "#00703c"), strict=False):
        points = [value.value if (value := figure(some, measure)) else np.nan for _, some in runs]
        axes.plot(range(len(runs)), points, marker="o", color=colour, label=title)
    axes.set_xticks(range(len(runs)), [name for name, _ in runs], rotation=30, ha="right")
    axes.set(ylim=(0, 1.02))
    axes.legend(frameon=False)
    return Plot("Trend over runs", f"{len(runs)} runs kept, the last on {runs[-1][0]}.", done())


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
