"""A library is built aside and swapped in whole; what did not change keeps its vectors; a bad build harms nothing."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from small_cards import STATUTE

from assistant.embedding import Vectors
from assistant.errors import BadCorpus, BadSource, CareActError, LibraryEmpty
from assistant.library import Library, current_folder, open_library
from assistant.testing import HashEmbedder
from ingest.build import build_library


def entries_of(library: Library) -> list[str]:
    return [row.id for row in library.rows]


def test_a_build_reports_what_it_holds(small_corpus: Path, tmp_path: Path) -> None:
    embedder, seen = HashEmbedder(), list[tuple[int, int]]()
    report = build_library(small_corpus, tmp_path / "lib", embedder, progress=lambda *done: seen.append(done))
    assert report.manifest.cards == 12
    assert report.manifest.model == "hash"
    assert report.embedded + report.kept == report.manifest.entries
    assert len(set(embedder.embedded)) == len(embedder.embedded) == seen[-1][0] == seen[-1][1]
    assert open_library(tmp_path / "lib").manifest == report.manifest


def test_a_second_build_of_the_same_corpus_embeds_nothing_and_is_the_same(small_corpus: Path, tmp_path: Path) -> None:
    first = build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    before = open_library(tmp_path / "lib")
    embedder = HashEmbedder()
    second = build_library(small_corpus, tmp_path / "lib", embedder)
    after = open_library(tmp_path / "lib")
    assert embedder.embedded == []
    assert (second.embedded, second.kept) == (0, second.manifest.entries)
    assert second.manifest.corpus_digest == first.manifest.corpus_digest
    assert entries_of(before) == entries_of(after)
    assert np.allclose(before.vectors, after.vectors, atol=1e-6)  # Chroma rounds the length to 1 again


def test_a_changed_card_embeds_only_its_own_new_texts(small_corpus: Path, tmp_path: Path) -> None:
    build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    path = small_corpus / "cards/rest/wellbeing.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("does wellbeing include", "does well being cover"), encoding="utf-8"
    )
    embedder = HashEmbedder()
    report = build_library(small_corpus, tmp_path / "lib", embedder)
    assert embedder.embedded == ["does well being cover where i live"]
    assert report.embedded == 1


def test_another_model_embeds_everything_again(small_corpus: Path, tmp_path: Path) -> None:
    first = build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    second = build_library(small_corpus, tmp_path / "lib", HashEmbedder(name="other"))
    assert second.embedded == first.manifest.entries


def test_a_card_taken_away_is_gone_from_the_next_library(small_corpus: Path, tmp_path: Path) -> None:
    build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    (small_corpus / "cards/rest/wellbeing.md").unlink()
    build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    assert not any(entry.startswith("wellbeing") for entry in entries_of(open_library(tmp_path / "lib")))


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("cards/carers/a-break.md", "title:", "titel:", r"cards/carers/a-break\.md:3: 'titel"),
        ("cards/carers/a-break.md", "[may care-act-2014 s.20(7)]", "", r"cards/carers/a-break\.md:15: no mark after"),
        (
            "cards/rest/wellbeing.md",
            "care-act-2014",
            "care-act",
            r"cards/rest/wellbeing\.md:8: 'care-act' is not in sources",
        ),
        (
            "cards/money/savings-limit.md",
            "{capital-limit-upper}",
            "{x}",
            r"savings-limit\.md:10: '{x}' is not in figures",
        ),
        ("next-steps.md", "[advice]", "", r"next-steps\.md:3: no mark after"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_the_old_library_still_answers(
    small_corpus: Path, tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    serving = current_folder(tmp_path / "lib")
    path = small_corpus / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadCorpus, match=told):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    assert current_folder(tmp_path / "lib") == serving
    assert len(open_library(tmp_path / "lib").cards) == 12


def test_two_cards_of_one_name_are_refused_by_name(small_corpus: Path, tmp_path: Path) -> None:
    shutil.copy(small_corpus / "cards/rest/wellbeing.md", small_corpus / "cards/money/wellbeing.md")
    with pytest.raises(BadCorpus, match=r"id 'wellbeing' is also used by cards/money/wellbeing\.md"):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder())


def test_a_corpus_without_cards_is_refused(small_corpus: Path, tmp_path: Path) -> None:
    shutil.rmtree(small_corpus / "cards")
    with pytest.raises(BadCorpus, match="holds no cards"):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder())


def test_a_model_that_fails_half_way_leaves_the_old_library(small_corpus: Path, tmp_path: Path) -> None:
    class Breaks(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            assert texts
            raise RuntimeError("out of memory")

    build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    with pytest.raises(RuntimeError):
        build_library(small_corpus, tmp_path / "lib", Breaks(name="other"))
    assert open_library(tmp_path / "lib").manifest.model == "hash"


def test_official_texts_are_split_and_quoted_word_for_word(small_corpus: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    act = STATUTE.replace("ukpga-2014-99", "ukpga-2014-23")
    (texts / "act.md").write_text(act, encoding="utf-8")
    (texts / "the-same-again.md").write_text(act, encoding="utf-8")
    report = build_library(small_corpus, tmp_path / "lib", HashEmbedder(), texts)
    library = open_library(tmp_path / "lib")
    assert report.manifest.passages == len(library.passages) == len({passage.id for passage in library.passages}) > 0
    assert library.quotes["care-act-2014 s.1(1)"] == "The authority must promote well-being."
    assert all(quote in act for quote in library.quotes.values())
    assert report.manifest.originals[0] == "care-act-2014 as of 2026-01-02"


def test_official_texts_that_are_not_there_are_named(small_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is not a folder"):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder(), tmp_path / "nowhere")


def test_a_home_that_cannot_be_written_to_is_named(small_corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CareActError, match=r"file/lib cannot be written to .* run this again"):
        build_library(small_corpus, tmp_path / "file" / "lib", HashEmbedder())


def test_two_builds_at_once_do_not_mix(small_corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    with (
        FileLock(tmp_path / "lib" / "writer.lock"),
        pytest.raises(CareActError, match="Another build is writing") as refused,
    ):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    assert "run this again" in str(refused.value)
    build_library(small_corpus, tmp_path / "lib", HashEmbedder())


def test_old_builds_do_not_pile_up(small_corpus: Path, tmp_path: Path) -> None:
    for _ in range(4):
        build_library(small_corpus, tmp_path / "lib", HashEmbedder())
    builds = list((tmp_path / "lib" / "builds").iterdir())
    assert len(builds) == 2
    assert current_folder(tmp_path / "lib") in builds


DAMAGE = {
    "no pointer": lambda home, _: (home / "current").unlink(),
    "empty pointer": lambda home, _: (home / "current").write_bytes(b""),
    "garbage pointer": lambda home, _: (home / "current").write_bytes(b"\xff\xfe"),
    "no manifest": lambda _, folder: (folder / "manifest.json").unlink(),
    "broken manifest": lambda _, folder: (folder / "manifest.json").write_text("{"),
    "no contents": lambda _, folder: (folder / "contents.json").unlink(),
    "broken contents": lambda _, folder: (folder / "contents.json").write_text('{"cards": [1,'),
    "other contents": lambda _, folder: (folder / "contents.json").write_text("{}"),
    "no vectors": lambda _, folder: (folder / "cards.npy").unlink(),
    "empty vectors": lambda _, folder: (folder / "cards.npy").write_bytes(b""),
    "cut vectors": lambda _, folder: (folder / "cards.npy").write_bytes((folder / "cards.npy").read_bytes()[:999]),
    "garbage vectors": lambda _, folder: (folder / "cards.npy").write_bytes(b"\x00garbage" * 50),
    "fewer vectors": lambda _, folder: np.save(folder / "cards.npy", np.zeros((3, 96), dtype=np.float32)),
    "no words": lambda _, folder: shutil.rmtree(folder / "words"),
    "broken words": lambda _, folder: (folder / "words/cards/stems/params.index.json").write_text("{"),
    "no learning": lambda _, folder: (folder / "learned.npz").unlink(),
    "empty learning": lambda _, folder: (folder / "learned.npz").write_bytes(b""),
    "cut learning": lambda _, folder: (folder / "learned.npz").write_bytes((folder / "learned.npz").read_bytes()[:999]),
    "other learning": lambda _, folder: np.savez(folder / "learned.npz", mapping=np.zeros(3)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_half_built_or_damaged_library_says_what_to_run_and_is_mended_by_running_it(
    home: Path, small_corpus: Path, damage: str
) -> None:
    library = home / "library"
    DAMAGE[damage](library, current_folder(library))
    with pytest.raises(LibraryEmpty, match="Run `care-act ingest build`"):
        open_library(library)
    build_library(small_corpus, library, HashEmbedder())
    assert len(open_library(library).cards) == 12


@pytest.mark.parametrize("damage", ["gone", "garbage", "empty"])
def test_a_build_mends_a_library_whose_chroma_is_damaged(home: Path, small_corpus: Path, damage: str) -> None:
    store = current_folder(home / "library") / "chroma"
    if damage == "gone":
        shutil.rmtree(store)
    else:
        (store / "chroma.sqlite3").write_bytes(b"garbage" * 999 if damage == "garbage" else b"")
    report = build_library(small_corpus, home / "library", HashEmbedder())
    assert report.kept == 0
    assert len(open_library(home / "library").cards) == 12


def test_ids_are_the_same_in_a_library_built_elsewhere(small_corpus: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build_library(small_corpus, tmp_path / name, HashEmbedder())
    one, two = (open_library(tmp_path / name) for name in ("one", "two"))
    assert entries_of(one) == entries_of(two)
    manifests = [json.loads((lib.folder / "manifest.json").read_text(encoding="utf-8")) for lib in (one, two)]
    assert manifests[0]["corpus_digest"] == manifests[1]["corpus_digest"]
