"""The speed of filling a library is measured on real passages, and the figures hang together."""

from pathlib import Path

import pytest
from small_cards import STATUTE

from assistant.errors import BadSource
from assistant.reference import Reference
from assistant.testing import HashEmbedder
from ingest.measuring import fill


def test_texts_are_repeated_until_there_are_enough_and_the_second_build_embeds_nothing(
    tmp_path: Path, reference: Reference
) -> None:
    (tmp_path / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    filled = fill(tmp_path, dict(reference.sources), 40, HashEmbedder(), tmp_path / "home")
    assert (filled.passages, filled.again_embedded) == (40, 0)
    assert 30 <= filled.embedded <= 40  # a few of the passages are alike in all but their place
    assert 0 < filled.model.clock < filled.whole.clock
    assert "of the model's rate" in "\n".join(filled.lines())


def test_a_folder_without_official_texts_is_named(tmp_path: Path, reference: Reference) -> None:
    with pytest.raises(BadSource, match="holds no text"):
        fill(tmp_path, dict(reference.sources), 1, HashEmbedder(), tmp_path / "home")
