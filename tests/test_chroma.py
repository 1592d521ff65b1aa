"""One Chroma server for several processes: the same answers as embedded; away or slow it costs the vectors, no answer."""

import socket
from pathlib import Path

import engines
import pytest
from small_cards import STATUTE

from assistant import chroma
from assistant.chroma import NearestPassages, close_chroma, connect_chroma
from assistant.errors import BadSetting, CareActError
from assistant.library import Library, current_folder, open_library
from assistant.testing import HashEmbedder
from ingest.build import build_library

pytestmark = engines.LEFT_OPEN


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    return folder


def asked(library: Library) -> dict[int, float]:
    [query] = HashEmbedder().embed(["well-being and dignity"])
    try:
        return library.passage_similarities(query, 3)
    finally:
        library.close()


def test_a_server_gives_what_the_folder_gives_and_old_libraries_are_still_answered(
    small_corpus: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "PATIENCE", 300.0)  # a busy machine is not what this test is about
    home = tmp_path / "lib"
    with engines.chroma(tmp_path / "server") as running:
        url = f"http://127.0.0.1:{running.port}"
        build_library(small_corpus, home, HashEmbedder(), texts, chroma_url=url)
        old = open_library(home, url)
        expected = asked(open_library(home))
        assert asked(old) == pytest.approx(expected, abs=1e-5)
        assert expected
        build_library(small_corpus, home, HashEmbedder(), texts, chroma_url=url)
        assert asked(open_library(home, url)) == pytest.approx(expected, abs=1e-5)
        assert asked(old) == pytest.approx(expected, abs=1e-5)
        build_library(small_corpus, home, HashEmbedder(), texts, chroma_url=url)
        server = connect_chroma(url)
        assert len(server.list_collections()) == 2
        close_chroma(server)
        running.kill()
        assert asked(old) == {}  # the words alone answer
        running.start()
        assert asked(open_library(home, url)) == pytest.approx(expected, abs=1e-5)


def test_a_server_that_is_away_stops_the_build_and_not_the_library_in_use(small_corpus: Path, tmp_path: Path) -> None:
    build_library(small_corpus, tmp_path, HashEmbedder())
    serving = current_folder(tmp_path)
    with pytest.raises(CareActError, match=r"cannot be filled .*Start it, check CARE_ACT_CHROMA_URL"):
        build_library(small_corpus, tmp_path, HashEmbedder(), chroma_url=f"http://127.0.0.1:{engines.free_port()}")
    assert current_folder(tmp_path) == serving


def test_a_server_that_never_answers_is_waited_for_once_and_then_left_alone_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chroma, "PATIENCE", 0.2)
    now = [0.0]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        nearest = NearestPassages(tmp_path, "library", url, clock=lambda: now[0])
        assert nearest.nearest([0.1], 1) == nearest.nearest([0.1], 1) == {}
        assert caplog.text.count("found by words alone") == 1
        now[0] = chroma.REST + 1
        assert nearest.nearest([0.1], 1) == {}
        assert caplog.text.count("found by words alone") == 2


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSetting, match="http://host:port"):
        connect_chroma(url)
