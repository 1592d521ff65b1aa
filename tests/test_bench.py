"""The bench says beside each figure whether its target is met, and growth is measured over real libraries."""

from pathlib import Path

import pytest
from conftest import Built
from small_cards import STATUTE

from assistant.errors import BadSource
from assistant.library import Library, open_library
from assistant.testing import HashEmbedder
from evals.bench import Figure
from evals.growth import growth
from ingest.build import build_library


def test_a_figure_says_whether_its_target_is_met() -> None:
    assert str(Figure("cold start", 2.0, "s", most=2.5)).endswith("target ≤ 2.5: met")
    assert str(Figure("cold start", 3.0, "s", most=2.5)).endswith("target ≤ 2.5: NOT MET")
    assert str(Figure("answers", 90.0, "a second", least=100)).endswith("target ≥ 100: NOT MET")
    assert str(Figure("one query embedding", 4.0, "ms")).endswith("4.00 ms")


def test_growth_is_measured_at_each_size_beside_the_first(built: Built, tmp_path: Path) -> None:
    (tmp_path / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    build_library(built.corpus, tmp_path / "library", HashEmbedder(), tmp_path)
    one, same, other, _ = growth(open_library(tmp_path / "library"), [20, 40])
    assert [figure.name.strip() for figure in (one, other)] == [f"retrieval among {n} passages, p50" for n in (20, 40)]
    assert same.value == 1.0


def test_growth_without_words_to_make_passages_of_is_refused(library: Library) -> None:
    with pytest.raises(BadSource, match="--originals"):
        list(growth(library, [20]))
