"""The report of a run stands alone, names every item that falls short, and writes the README's table."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import faults
from conftest import ROOT, Built
from evaluating import small_run
from playwright.sync_api import Browser
from pypdfium2 import PdfDocument

from assistant.errors import BadSource
from evals.accepted import read_accepted
from evals.beside import reader_table
from evals.cases import all_cases
from evals.kept import Cell, table_of
from evals.outcomes import Run
from evals.report.page import junit, page
from evals.report.quality import BEGIN, END, written


@pytest.fixture
def run(built: Built) -> Run:
    whole = small_run(built)
    bad = replace(whole.outcomes[0], id="qa-2", status="not_found", why={"no_false_claim": "says: <b>nothing</b>"})
    bad.grades["no_false_claim"] = (0.0, 1)
    return replace(whole, outcomes=(*whole.outcomes, bad))


def test_the_readme_has_the_table_of_the_accepted_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert written(readme, read_accepted()) == readme, "run `care-act evals report --readme README.md`"


def test_a_readme_without_a_place_for_the_table_is_told_so() -> None:
    with pytest.raises(BadSource, match="no place for the table"):
        written("# Nothing", read_accepted())
    places = "\n".join(f"{BEGIN.format(name)}\nSTALE\n{END.format(name)}" for name in ("quality", "beside"))
    done = written(f"a\n{places}\nb", read_accepted())
    assert "| answered" in done
    assert "STALE" not in done


@pytest.fixture
def html(run: Run) -> str:
    times = {outcome.id: {"total": 12.0 + n} for n, outcome in enumerate(run.outcomes)}
    peers = table_of(
        "Peers", "on the same questions", ["system", "found"], [["BM25", Cell("0.0 [0 66] n2", ("qa-1",))]]
    )
    return page(run, times, [("first", run)], [peers, reader_table(all_cases())], "today")


def test_the_page_needs_nothing_else_and_each_number_opens_its_items(html: str, run: Run) -> None:
    assert not re.findall(r"<(?:script|link|img|iframe)\b", html)
    assert not re.findall(r"(?:src|href)=\"(?!#|\s*data:)", html.replace("xlink:href", "href"))
    assert html.count("<svg") == html.count('role="img"') == 7
    titles = re.findall(r"<figure>\s*<h3>([^<]+)", html)
    assert titles == [
        "Route confusion",
        "Risk and coverage",
        "By topic",
        "By style",
        "Reading grade",
        "Latency",
        "Trend over runs",
    ]
    assert "&lt;b&gt;nothing" in html
    ids = re.findall(r'<article id="([^"]+)"', html)
    assert ids == [outcome.id for outcome in run.outcomes]
    assert set(re.findall(r'href="#(q[^"]+|route[^"]+)"', html)) == set(ids)


def test_every_figure_has_its_n_and_interval(html: str) -> None:
    figures = re.findall(r'<td class="figure">\s*(?:<details><summary>)?([^<]+)', html.split('id="plots"')[0])
    assert len(figures) > 30
    assert [one for one in figures if not re.fullmatch(r"-?[\d.]+ \[-?[\d.]+ -?[\d.]+\] n\d+\s*|–\s*", one)] == []


def test_the_page_is_clean_for_axe_opened_and_closed_and_prints_what_falls_short(
    html: str, browser: Browser, axe: Path, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    shown = browser.new_page(viewport={"width": 900, "height": 800})
    shown.goto((tmp_path / "report.html").as_uri())
    assert faults(shown, axe) == []
    printed = "\n".join(text.get_textpage().get_text_range() for text in PdfDocument(shown.pdf()))
    assert "says: <b>nothing</b>" in printed
    assert "The answer to" not in printed
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert faults(shown, axe) == []
    shown.close()


def test_axe_would_see_a_fault(html: str, browser: Browser, axe: Path) -> None:
    shown = browser.new_page()
    shown.set_content(html.replace('<html lang="en-GB">', "<html>").replace("color: #1a5a96", "color: #ddd"))
    found = " ".join(faults(shown, axe))
    assert "html-has-lang" in found
    assert "color-contrast" in found
    shown.close()


def test_junit_fails_the_items_that_must_hold_and_do_not(run: Run) -> None:
    *others, bad = run.outcomes
    sound = replace(run, outcomes=(*(replace(outcome, why={}) for outcome in others), bad))
    suite = ET.fromstring(junit(sound))  # noqa: S314  # our own text
    assert suite.get("tests") == "3"
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["qa-2"]


def test_the_report_is_made_of_a_kept_run(
    built: Built, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evals import commands
    from evals.outcomes import as_json

    (tmp_path / "run.json").write_text(as_json(run), encoding="utf-8")
    monkeypatch.setattr(commands, "load_settings", lambda: built.settings)
    commands.report(tmp_path)
    assert (tmp_path / "report.html").is_file()
    assert (tmp_path / "junit.xml").is_file()
