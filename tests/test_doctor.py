"""The doctor looks at everything an answer needs, and says for each thing missing what to do."""

from pathlib import Path
from typing import Any

import engines
import pytest
from conftest import Built
from small_cards import STATUTE
from test_models import Stub, stub

from assistant import chroma
from assistant.conversations import Conversations
from assistant.doctor import Finding, examine
from assistant.library import current_folder
from assistant.settings import Settings
from assistant.testing import HashEmbedder
from ingest.build import build_library

pytestmark = engines.LEFT_OPEN
__all__ = ["stub"]  # a chat model over real HTTP


def findings(home: Path, corpus: Path, model: str = "hash", **more: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(Settings(home=home, corpus=corpus, model=model, **more))}


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


def test_the_database_is_looked_at(built: Built, tmp_path: Path) -> None:
    assert "none kept yet" in findings(tmp_path, built.corpus)["conversations"].text
    kept = f"sqlite:///{tmp_path}/conversations.db"
    Conversations(kept).remember("a" * 64, "hello")
    found = findings(built.home, built.corpus, database_url=kept)["conversations"]
    assert (found.well, found.text) == (True, "sqlite can be read; each is kept for 30 minutes")
    away = findings(built.home, built.corpus, database_url="postgresql://care@127.0.0.1:9/x")["conversations"]
    assert not away.well
    assert "CARE_ACT_DATABASE_URL" in away.text


def test_the_chroma_server_is_looked_at(small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "PATIENCE", 300.0)  # a busy machine is not what this test is about
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    library = tmp_path / "library"
    with engines.chroma(tmp_path / "server") as running:
        url = f"http://127.0.0.1:{running.port}"
        build_library(small_corpus, library, HashEmbedder(), tmp_path / "texts", chroma_url=url)
        found = findings(tmp_path, small_corpus, chroma_url=url)["chroma"]
        assert found.well, found.text
        server = chroma.connect_chroma(url)
        server.delete_collection(chroma.shared_name(current_folder(library).name))
        chroma.close_chroma(server)
        assert "fill it with `care-act ingest build`" in findings(tmp_path, small_corpus, chroma_url=url)["chroma"].text
    away = findings(tmp_path, small_corpus, chroma_url=url)["chroma"]
    assert not away.well
    assert "CARE_ACT_CHROMA_URL" in away.text


def test_the_chat_model_is_asked_whether_it_is_there(built: Built, stub: Stub) -> None:
    chat = {"chat_model": "openai:stub", "chat_url": f"http://127.0.0.1:{stub.server_port}/v1", "chat_key": "k"}
    assert "chat model" not in findings(built.home, built.corpus)
    found = findings(built.home, built.corpus, **chat)["chat model"]
    assert found.well
    assert found.text.startswith("openai:stub answered in")
    stub.moods = ["500"]
    broken = findings(built.home, built.corpus, **chat)["chat model"]
    assert not broken.well
    assert "CARE_ACT_CHAT_KEY" in broken.text
