"""The report of a run stands alone, names every item that falls short, and writes the README's table."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Built
from evaluating import small_run

from assistant.errors import BadSource
from evals.accepted import read_accepted
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
    assert "| answered" in written(f"a\n{BEGIN}\nold\n{END}\nb", read_accepted())


def test_the_page_needs_nothing_else_and_each_number_opens_its_items(run: Run) -> None:
    times = {outcome.id: {"total": 12.0} for outcome in run.outcomes}
    extras = {"Peers": {"title": "Peers", "caption": "c", "columns": ["system", "hit"], "rows": [["BM25", "1"]]}}
    html = page(run, times, [("first", run)], extras, "today")
    assert not re.findall(r"<(?:script|link|img|iframe)\b", html)
    assert not re.findall(r"(?:src|href)=\"(?!#|\s*data:)", html.replace("xlink:href", "href"))
    assert html.count("<svg") == html.count('role="img"') == 7
    assert 'href="#qa-2"' in html
    assert 'id="qa-2"' in html
    assert "&lt;b&gt;nothing" in html
    assert "BM25" in html
    ids = re.findall(r'<article id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


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
