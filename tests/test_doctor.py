"""The doctor looks at everything an answer needs, and says for each thing missing what to do."""

from pathlib import Path

import pytest
from conftest import Built

from assistant.doctor import Finding, examine
from assistant.settings import Settings


def findings(home: Path, corpus: Path, model: str = "hash") -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(Settings(home=home, corpus=corpus, model=model))}


def test_where_all_is_well_it_says_what_there_is(built: Built) -> None:
    found = findings(built.home, built.corpus)
    assert [name for name, finding in found.items() if not finding.well] == []
    assert {"python", "chromadb", "sentence-transformers", "torch", "model", "corpus", "library"} <= set(found)
    assert "12 cards" in found["library"].text
    assert "with hash" in found["library"].text
    assert "none (build with --originals" in found["library"].text


def test_a_missing_library_is_told_with_the_command(built: Built, tmp_path: Path) -> None:
    library = findings(tmp_path / "nowhere", built.corpus)["library"]
    assert not library.well
    assert "Run `care-act ingest build`" in library.text


def test_a_library_of_another_model_is_told(built: Built) -> None:
    found = findings(built.home, built.corpus, model="")
    assert found["model"].well
    assert not found["library"].well
    assert "built with hash, the setting says all-MiniLM-L6-v2" in found["library"].text


def test_a_broken_corpus_is_told_by_file(small_corpus: Path, built: Built) -> None:
    (small_corpus / "contacts.toml").write_text("[", encoding="utf-8")
    corpus = findings(built.home, small_corpus)["corpus"]
    assert not corpus.well
    assert "contacts.toml is not well-formed" in corpus.text


def test_a_package_that_is_not_installed_is_told(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.doctor._PACKAGES", ("no-such-package",))
    finding = findings(built.home, built.corpus)["no-such-package"]
    assert not finding.well
    assert "make install" in finding.text


def test_a_damaged_library_is_not_called_well(home: Path, small_corpus: Path) -> None:
    folder = next((home / "library/builds").iterdir())
    (folder / "contents.json").write_text("{", encoding="utf-8")
    library = findings(home, small_corpus)["library"]
    assert not library.well
    assert "cannot be read" in library.text
