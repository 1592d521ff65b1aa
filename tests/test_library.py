"""A finished library gives back what was put in, and Chroma is asked with our own vectors only."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Built
from small_cards import STATUTE

from assistant.embedding import DEFAULT_NAME, SentenceTransformerEmbedder
from assistant.errors import LibraryEmpty
from assistant.library import Library, open_library
from assistant.testing import HashEmbedder
from assistant.wiring import choose_embedder
from ingest.build import build_library


@pytest.fixture
def with_law(small_corpus: Path, tmp_path: Path) -> Library:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    build_library(small_corpus, tmp_path / "lib", HashEmbedder(), tmp_path / "texts")
    return open_library(tmp_path / "lib")


def test_every_row_of_vectors_belongs_to_a_card_or_next_step(library: Library) -> None:
    assert len(library.rows) == len(library.vectors)
    assert {row.owner for row in library.rows} == {card.id for card in library.cards} | set(library.steps)


def test_vectors_are_those_of_the_texts(library: Library) -> None:
    title = next(n for n, row in enumerate(library.rows) if row.id == "a-break#title")
    [expected] = HashEmbedder().embed(["Getting a break from caring"])
    assert np.allclose(library.vectors[title], expected, atol=1e-6)


def test_chroma_finds_the_passage_whose_words_are_given(with_law: Library) -> None:
    for number, passage in enumerate(with_law.passages):
        [query] = HashEmbedder().embed([f"{passage.heading}. {passage.text}"])
        found = with_law.passage_similarities(query, 3)
        assert max(found, key=lambda row: found[row]) == number
        assert found[number] == pytest.approx(1.0, abs=1e-5)


def test_asking_for_more_passages_than_there_are_gives_all(with_law: Library) -> None:
    [query] = HashEmbedder().embed(["well-being"])
    assert len(with_law.passage_similarities(query, 1000)) == len(with_law.passages)


def test_words_find_passages_in_their_order(with_law: Library) -> None:
    best = int(np.argmax(with_law.passage_words("dignity and housing")))
    assert "dignity" in with_law.passages[best].text


def test_a_library_without_official_texts_has_no_passages_and_says_so(library: Library) -> None:
    assert library.passages == ()
    assert library.passage_similarities(library.vectors[0], 5) == {}


def test_a_folder_that_is_no_library_says_what_to_run(tmp_path: Path) -> None:
    for ask in (open_library, Library):
        with pytest.raises(LibraryEmpty, match="Run `care-act ingest build`"):
            ask(tmp_path)


def test_a_library_of_another_version_says_what_to_run(home: Path) -> None:
    heard = next((home / "library/builds").iterdir()) / "hearing.npz"
    with np.load(heard) as held:
        arrays = dict(held)
    np.savez(heard, **(arrays | {"shifts": arrays["shifts"].reshape(-1, 1).repeat(2, axis=1)}))
    with pytest.raises(LibraryEmpty, match="care-act ingest build"):
        open_library(home / "library")


def test_a_library_with_a_damaged_export_is_used_through_the_original(
    library: Library, built: Built, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(choose_embedder(built.settings, library), SentenceTransformerEmbedder)
    library.manifest = replace(library.manifest, model=DEFAULT_NAME, export="gone")
    try:
        assert isinstance(choose_embedder(built.settings, library), SentenceTransformerEmbedder)
    finally:
        library.manifest = replace(library.manifest, model="hash", export="")
    assert "Until then sentence-transformers is used" in caplog.text
