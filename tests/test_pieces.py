"""What did not change is carried over from the library in use; what did is made anew, and nothing stale stays."""

from pathlib import Path

import numpy as np
import pytest

from assistant.chroma import CARDS_COLLECTION, open_chroma
from assistant.library import current_folder, open_library
from assistant.testing import HashEmbedder
from ingest import build
from ingest.build import build_library


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry each time the small layer is trained."""
    trained, learn = list[int](), build.learn

    def watched(*given: object) -> object:
        trained.append(1)
        return learn(*given)

    monkeypatch.setattr(build, "learn", watched)
    return trained


def stored(library: Path) -> dict[str, str]:
    """What Chroma holds of the cards: text by id."""
    client = open_chroma(current_folder(library) / "chroma")
    rows = client.get_collection(CARDS_COLLECTION, embedding_function=None).get(include=["documents"])
    client.close()
    return dict(zip(rows["ids"], rows["documents"], strict=True))


def test_nothing_is_trained_or_stored_again_for_the_same_corpus(
    small_corpus: Path, tmp_path: Path, learned: list[int]
) -> None:
    build_library(small_corpus, tmp_path, HashEmbedder())
    first = open_library(tmp_path)
    report = build_library(small_corpus, tmp_path, HashEmbedder())
    second = open_library(tmp_path)
    assert len(learned) == 1
    assert report.kept == report.manifest.entries
    assert first.folder != second.folder
    assert np.array_equal(first.vectors, second.vectors)
    assert np.array_equal(first.learned.prototypes, second.learned.prototypes)


def test_a_changed_text_is_changed_in_a_copy_of_the_store_and_trained_again(
    small_corpus: Path, tmp_path: Path, learned: list[int]
) -> None:
    build_library(small_corpus, tmp_path, HashEmbedder())
    before = stored(tmp_path)
    path = small_corpus / "cards/rest/wellbeing.md"
    path.write_text(path.read_text(encoding="utf-8").replace("include where", "cover where"), encoding="utf-8")
    build_library(small_corpus, tmp_path, HashEmbedder())
    after = stored(tmp_path)
    assert len(learned) == 2
    assert before.keys() == after.keys()
    assert [after[key] for key in before if before[key] != after[key]] == ["does wellbeing cover where i live"]


def test_what_was_taken_away_is_not_in_the_copied_store(small_corpus: Path, tmp_path: Path) -> None:
    build_library(small_corpus, tmp_path, HashEmbedder())
    (small_corpus / "cards/rest/wellbeing.md").unlink()
    build_library(small_corpus, tmp_path, HashEmbedder())
    assert sorted(stored(tmp_path)) == sorted(row.id for row in open_library(tmp_path).rows)


@pytest.mark.parametrize("damage", ["{", "[]", ""])
def test_a_record_that_cannot_be_read_means_everything_is_made_anew(
    small_corpus: Path, tmp_path: Path, learned: list[int], damage: str
) -> None:
    build_library(small_corpus, tmp_path, HashEmbedder())
    (current_folder(tmp_path) / "made.json").write_text(damage, encoding="utf-8")
    build_library(small_corpus, tmp_path, HashEmbedder())
    assert len(learned) == 2
