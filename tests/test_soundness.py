"""`verify` names what is damaged, `rollback` goes back, and readers take up another library without a restart."""

import gc
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Built
from test_holdings import POLICY, as_given

from assistant.current import EVERY, Current, following
from assistant.domain import Authority, Status
from assistant.errors import CareActError
from assistant.library import current_folder, open_library
from assistant.settings import Settings
from assistant.testing import HashEmbedder
from assistant.wiring import build_house
from ingest.adding import Wanted, add
from ingest.build import build_library, roll_back
from ingest.fetch.client import Client
from ingest.holdings import Holdings
from ingest.soundness import look_over


@pytest.fixture(scope="module")
def sound(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an added document, that no test may change."""
    home = tmp_path_factory.mktemp("sound")
    path = home / "policy.pdf"
    path.write_bytes(POLICY)
    holdings = Holdings(home / "originals")
    add(str(path), Wanted("Our policy", Authority.PRACTICE), holdings, {}, Client, as_given)
    build_library(built.corpus, home / "library", HashEmbedder(), holdings=holdings)
    return home


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "home"))


def wrong(home: Path) -> list[str]:
    found = list(look_over(home / "library", Holdings(home / "originals")))
    assert found
    return [f"{thing.name}: {thing.wrong}" for thing in found if thing.wrong]


def test_a_sound_library_is_found_sound(home: Path) -> None:
    assert wrong(home) == []


def change_words(folder: Path) -> None:
    path = folder / "contents.json"
    path.write_text(path.read_text(encoding="utf-8").replace("£38.50", "£83.50"), encoding="utf-8")


def change_vectors(folder: Path) -> None:
    vectors = np.load(folder / "cards.npy")
    np.save(folder / "cards.npy", -vectors)


def lose_a_vector(folder: Path) -> None:
    from assistant.chroma import PASSAGES_COLLECTION, open_chroma

    client = open_chroma(folder / "chroma")
    client.get_collection(PASSAGES_COLLECTION, embedding_function=None).delete(ids=["our-policy:p.2"])
    client.close()


def break_chroma(folder: Path) -> None:
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"no database at all " * 100)


def drop_a_table(folder: Path) -> None:
    with sqlite3.connect(folder / "chroma" / "chroma.sqlite3") as database:
        database.execute("delete from embeddings")
    database.close()


def change_count(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"phrasings": 3}), encoding="utf-8")


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "words": (change_words, "contents.json: is not as it was built"),
    "vectors": (change_vectors, "cards.npy: is not as it was built"),
    "a vector": (lose_a_vector, "entries are missing, such as our-policy:p.2"),
    "chroma": (break_chroma, "Chroma: its files cannot be read"),
    "a table": (drop_a_table, "missing"),
    "count": (change_count, "the manifest says 3"),
    "no sums": (lambda folder: (folder / "sums.json").unlink(), "checksums: sums.json is missing"),
    "no file": (lambda folder: (folder / "made.json").unlink(), "made.json: is gone"),
    "no library": (lambda folder: (folder / "learned.npz").unlink(), "library: "),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_named(home: Path, damage: str) -> None:
    make, told = DAMAGE[damage]
    make(current_folder(home / "library"))
    assert any(told in line for line in wrong(home)), wrong(home)


def test_a_damaged_document_is_named(home: Path) -> None:
    next((home / "originals" / "our-policy").glob("*.pdf")).write_bytes(b"%PDF-1.7 other")
    assert "document our-policy" in wrong(home)[0]


def test_rolling_back_puts_the_library_before_in_use_and_the_next_build_keeps_it(
    small_corpus: Path, tmp_path: Path
) -> None:
    home = tmp_path / "lib"
    first = build_library(small_corpus, home, HashEmbedder()).manifest.name
    with pytest.raises(CareActError, match="no other library to go back to"):
        roll_back(home)
    (small_corpus / "cards/rest/wellbeing.md").unlink()
    bad = build_library(small_corpus, home, HashEmbedder()).manifest.name
    assert roll_back(home) == first
    assert open_library(home).manifest.name == first
    assert roll_back(home) == bad
    assert roll_back(home) == first
    third = build_library(small_corpus, home, HashEmbedder()).manifest.name
    assert {path.name for path in (home / "builds").iterdir()} == {first, third}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2 * EVERY
        return self.now


def settle() -> None:
    for thread in threading.enumerate():
        if thread.name == "library":
            thread.join()


def point(folder: Path, name: str) -> None:
    (folder / "builds" / name).mkdir(parents=True, exist_ok=True)
    (folder / "current").write_text(name, encoding="utf-8")


def test_another_library_is_taken_up_and_the_old_one_answers_until_then(tmp_path: Path) -> None:
    point(tmp_path, "one")
    opened, go_on = threading.Event(), threading.Event()

    def make() -> str:
        name = (tmp_path / "current").read_text(encoding="utf-8")
        if name == "two":
            opened.set()
            go_on.wait(30)
        return name

    current = Current(tmp_path, make, Clock())
    follower = following(current.get)
    assert current.get() == "one"
    point(tmp_path, "two")
    assert current.get() == "one"
    opened.wait(30)
    assert current.get() == follower.upper().lower() == "one"
    go_on.set()
    settle()
    assert current.get() == follower.upper().lower() == "two"


def test_when_the_old_files_are_gone_the_one_who_asks_waits(tmp_path: Path) -> None:
    point(tmp_path, "one")
    current = Current(tmp_path, lambda: (tmp_path / "current").read_text(encoding="utf-8"), Clock())
    shutil.rmtree(tmp_path / "builds" / "one")
    point(tmp_path, "three")
    assert current.get() == "three"


@pytest.mark.parametrize(
    "error", [CareActError("it is broken"), KeyError("what no one thought of")], ids=["ours", "foreign"]
)
def test_a_library_that_cannot_be_opened_leaves_the_old_one(tmp_path: Path, error: Exception) -> None:
    point(tmp_path, "one")
    tried = []

    def make() -> str:
        name = (tmp_path / "current").read_text(encoding="utf-8")
        tried.append(name)
        if name == "broken":
            raise error
        return name

    current = Current(tmp_path, make, Clock())
    point(tmp_path, "broken")
    for _ in range(3):
        assert current.get() == "one"
        settle()
    assert tried == ["one", "broken"]
    point(tmp_path, "mended")
    current.get()
    settle()
    assert current.get() == "mended"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists a process's open files as a folder")
def test_a_library_that_nobody_holds_any_more_leaves_no_file_open(home: Path) -> None:
    def held() -> list[str]:
        links = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        return [str(link) for link in links if str(link).startswith(str(home))]

    library = open_library(home / "library")
    assert library.passage_similarities(HashEmbedder().embed(["day centre"])[0], 1)
    assert held()
    del library
    gc.collect()
    assert held() == []


def test_a_house_left_open_through_two_builds_answers_from_the_newest(small_corpus: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, corpus=small_corpus)
    build_library(small_corpus, settings.library_dir, HashEmbedder())
    house = build_house(settings, HashEmbedder())
    holdings, path = Holdings(settings.originals_dir), tmp_path / "policy.pdf"
    path.write_bytes(POLICY)
    add(str(path), Wanted("Our policy", Authority.PRACTICE), holdings, {}, Client, as_given)
    for _ in range(2):
        build_library(small_corpus, settings.library_dir, HashEmbedder(), holdings=holdings)
    deadline = threading.Event()
    for _ in range(100):
        if house.reading.open("our-policy", "p.1", 0) is not None:
            break
        deadline.wait(0.1)
    assert house.reading.open("our-policy", "p.1", 0) is not None
    assert house.assistant.answer("Can I get a break from looking after my mum?").status is Status.ANSWERED
    house.conversations.close()
