"""The parts every test may ask for. Chroma is always the real one; only the model is a fake that ships."""

from __future__ import annotations

import gc
import os
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from serving import serving
from small_cards import NARROWING, SMALL_CARDS, STEPS, write_cards

from assistant.assistant import Assistant
from assistant.domain import Authority, Source
from assistant.library import Library, open_library
from assistant.reference import Reference, load_reference
from assistant.settings import PREFIX, Settings
from assistant.testing import HashEmbedder
from assistant.web import create_app
from assistant.wiring import House, build_house
from ingest.build import build_library

# Tiny matrices: a second thread of torch would cost more than it helps. Read when torch is first imported, here and in
# the commands that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# a real browser; a Telegram on loopback, and a bot at work
pytest_plugins = ["browsing", "telegram_world"]
ROOT = Path(__file__).resolve().parent.parent
DATA = ("sources.toml", "topics.toml", "contacts.toml", "figures.toml", "glossary.toml")


@dataclass(frozen=True)
class Built:
    """A corpus and the library built from it, shared by every test that only reads."""

    corpus: Path
    home: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, corpus=self.corpus)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture
def connections_let_go() -> Iterator[None]:
    """What a client of a Chroma server left open is collected when the test has ended."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def real_corpus() -> Path:
    """The corpus of this checkout."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official texts and examples beside a maintainer's checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def legislation(shared: Path) -> Path:
    """The folder of official texts."""
    return shared / "originals" / "legislation"


@pytest.fixture(scope="session")
def reference(real_corpus: Path) -> Reference:
    """The data of the corpus of this checkout."""
    return load_reference(real_corpus)


def make_small_corpus(real_corpus: Path, folder: Path) -> Path:
    """The real data files with a dozen tiny cards."""
    folder.mkdir(parents=True)
    for name in DATA:
        shutil.copy(real_corpus / name, folder / name)
    for name in ("routes", "letters", "checks"):
        shutil.copytree(real_corpus / name, folder / name)
    (folder / "next-steps.md").write_text(STEPS, encoding="utf-8")
    (folder / "narrowing.toml").write_text(NARROWING, encoding="utf-8")
    write_cards(folder, SMALL_CARDS)
    return folder


@pytest.fixture
def small_corpus(real_corpus: Path, tmp_path: Path) -> Path:
    """A corpus a test may change."""
    return make_small_corpus(real_corpus, tmp_path / "corpus")


@pytest.fixture(scope="session")
def built(real_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A library over the small corpus that no test may change."""
    folder = tmp_path_factory.mktemp("built")
    done = Built(make_small_corpus(real_corpus, folder / "corpus"), folder / "home")
    build_library(done.corpus, done.settings.library_dir, HashEmbedder())
    return done


@pytest.fixture
def home(built: Built, tmp_path: Path) -> Path:
    """A built library that a test may damage: the folder `CARE_ACT_HOME` names."""
    return Path(shutil.copytree(built.home, tmp_path / "home"))


@pytest.fixture(scope="session")
def library(built: Built) -> Library:
    """The small library, opened."""
    return open_library(built.settings.library_dir)


@pytest.fixture(scope="session")
def house(built: Built) -> Iterator[House]:
    """The road over the small library, the reading room, conversations and keys."""
    opened = build_house(built.settings, HashEmbedder())
    yield opened
    opened.conversations.close()
    opened.keys.close()


@pytest.fixture(scope="session")
def assistant(house: House) -> Assistant:
    """The whole road over the small library."""
    return house.assistant


@pytest.fixture(scope="session")
def served(house: House, built: Built) -> Iterator[str]:
    """The address of the web front over the small library, on loopback. Nobody is limited there."""
    with serving(create_app(house, built.settings.model_copy(update={"rate": "100000/minute"}))) as address:
        yield address


@pytest.fixture
def sample_source() -> Source:
    """The source of the sample statute."""
    return Source(
        id="sample-act",
        title="Sample Act 2014",
        publisher="nobody",
        authority=Authority.ACT,
        page="https://example.org/act",
        addresses={"s": "https://example.org/act/section/{n}", "sch": "https://example.org/act/schedule/{n}"},
        originals=("ukpga-2014-99",),
        not_in_force=("s.3", "s.5A(2)"),
    )
