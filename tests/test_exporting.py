"""The model is exported once, gives the same vectors without torch, and what cannot be exported still works."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from assistant.embedding import SentenceTransformerEmbedder
from assistant.errors import ModelUnavailable
from assistant.exported import MODEL_FILE, ExportedEmbedder, read_export
from assistant.testing import HashEmbedder
from ingest import exporting
from ingest.exporting import LEAST_COSINE, exported, forget_unused, least_cosine

TEXTS = (
    "Can I get a break from looking after my mum?",
    "break",
    "",
    "The council must meet your eligible needs, Müller’s £23,250 or not. " * 60,  # longer than the model reads
    "💙 section 10(1) of the Care Act 2014",
)


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(threads=1)


@pytest.fixture(scope="module")
def models(original: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the packaged model, exported."""
    folder = tmp_path_factory.mktemp("models")
    _, name = exported(original, TEXTS, folder)
    assert [path.name for path in folder.iterdir()] == [name]
    return folder


def folder_in(models: Path) -> Path:
    return next(models.iterdir())


def test_the_export_gives_the_vectors_of_the_original_and_says_how_near(
    original: SentenceTransformerEmbedder, models: Path
) -> None:
    embedder = ExportedEmbedder(folder_in(models))
    assert embedder.name == original.name
    assert embedder.export.texts == len(TEXTS)
    assert embedder.export.cosine >= LEAST_COSINE
    assert least_cosine(original, embedder, TEXTS) >= LEAST_COSINE
    assert np.allclose(np.linalg.norm(embedder.embed(TEXTS), axis=1), 1, atol=1e-5)


def test_texts_keep_their_order_whatever_their_lengths(models: Path) -> None:
    embedder = ExportedEmbedder(folder_in(models))
    together, alone = embedder.embed(TEXTS), [embedder.embed([text])[0] for text in TEXTS]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_second_build_takes_the_export_that_is_there_without_loading_the_original(models: Path) -> None:
    untouched = SentenceTransformerEmbedder()
    _, name = exported(untouched, TEXTS, models)
    assert name == folder_in(models).name
    assert untouched._held is None


def test_answering_in_the_terminal_waits_for_no_torch_and_no_other_slow_import(models: Path) -> None:
    code = f"""
import sys
from pathlib import Path
import assistant.cli, assistant.wiring
from assistant.exported import ExportedEmbedder
print(ExportedEmbedder(Path({str(folder_in(models))!r})).embed(["a break"]).shape)
slow = {{"torch", "sentence_transformers", "transformers", "langchain_core", "sqlalchemy", "fastapi", "chromadb"}}
assert not slow & set(sys.modules), slow & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "(1, 384)\n", done.stderr


def test_answering_makes_no_id_of_the_machine_and_no_list_of_events(models: Path, tmp_path: Path) -> None:
    words = "import sys; from pathlib import Path; from assistant.exported import ExportedEmbedder as E; E(Path(sys.argv[1])).embed(['x'])"
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    outside = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", words, folder_in(models)], env=kept | outside, check=True, cwd=ROOT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_damaged_export_is_refused_in_plain_words_and_made_anew(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / folder_in(models).name
    folder.mkdir()
    for file in folder_in(models).iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[:5000])
    with pytest.raises(ModelUnavailable, match=r"is damaged .*Build again"):
        ExportedEmbedder(folder)
    _, name = exported(SentenceTransformerEmbedder(threads=1), TEXTS, tmp_path)
    assert read_export(tmp_path / name).sha256[MODEL_FILE].startswith(name)


def test_a_folder_without_an_export_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_export(tmp_path)


def test_a_model_whose_export_differs_is_used_as_it_is(
    original: SentenceTransformerEmbedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(exporting, "LEAST_COSINE", 1.1)
    assert exported(original, TEXTS, tmp_path) == (original, "")
    assert "cannot be exported" in caplog.text
    assert "through sentence-transformers" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_other_embedders_are_left_as_they_are(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    assert exported(embedder, TEXTS, tmp_path) == (embedder, "")


def test_exports_that_no_build_names_are_deleted(tmp_path: Path) -> None:
    for name in ("used", "unused"):
        (tmp_path / name).mkdir()
    forget_unused(tmp_path, ["used"])
    forget_unused(tmp_path / "none", [])
    assert [path.name for path in tmp_path.iterdir()] == ["used"]
