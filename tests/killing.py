"""Kills a build, or a round of fetching, at moments drawn at random, and looks at what is left each time.

`python tests/killing.py build fetch --rounds 100`. `small-files`, `read-only` and `full` refuse them the disk instead; `full`
fills the disk that `--folder` is on, which should be a small one of its own.
A program of its own: it forks, and that has to happen before Chroma and torch start their threads.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import hashlib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from conftest import ROOT, make_small_corpus
from test_readers import CLML

from assistant.chroma import CARDS_COLLECTION, PASSAGES_COLLECTION, open_chroma
from assistant.errors import CareActError, LibraryEmpty
from assistant.library import open_library
from assistant.testing import HashEmbedder
from ingest.build import build_library
from ingest.fetch.client import Client
from ingest.fetch.recipes import Recipe
from ingest.fetch.rounds import fetch_all
from ingest.holdings import Holdings
from ingest.limited import Limited
from ingest.soundness import look_over

SOURCES = ("care-act-2014", "eligibility-regs-2015", "assessment-regs-2014")
NOTHING = "no library"
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}


def forked(work: Callable[[], Any]) -> Any:
    """What `work` gives in a process of its own."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        said = b'"broke"'
        try:
            said = json.dumps(work()).encode()
        except BaseException:
            traceback.print_exc()
        finally:
            os.write(theirs, said)
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told)


def killed(work: Callable[[], Any], after: float | None, step: int | None) -> bool:
    """Start `work` in a process and kill it after some seconds, or at its nth change to the disk; False when it was done before."""
    child = os.fork()
    if child == 0:
        if step is not None:
            at_each_change(lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == step else None)
        try:
            work()
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def at_each_change(tell: Callable[[int], None]) -> None:
    """Call with 1, 2, 3 … before each file that Python opens for writing, moves or removes."""
    count = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or event in _CHANGES:
            count += 1
            tell(count)

    sys.addaudithook(hook)


class Scene:
    """Two versions of everything a library is made of, a server that gives the official texts, and a home."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.corpora = {v: make_small_corpus(ROOT / "corpus", folder / f"corpus-{v}") for v in ("a", "b")}
        card = self.corpora["b"] / "cards/rest/wellbeing.md"
        card.write_text(card.read_text(encoding="utf-8").replace("does wellbeing", "does well being"), encoding="utf-8")
        (folder / "version").write_text("a")
        self._server, self.port = self._serve()
        for v in ("a", "b"):  # what each version is when nothing disturbs it
            self.show(v)
            assert forked(lambda v=v: self.fetch(self.originals(v)))
        self.whole = {v: forked(lambda v=v: self.build(v, folder / f"whole-{v}")) for v in ("a", "b")}
        assert self.whole["a"] != self.whole["b"] and "broke" not in self.whole.values()

    def close(self) -> None:
        os.kill(self._server, signal.SIGKILL)
        os.waitpid(self._server, 0)

    def originals(self, version: str) -> Holdings:
        return Holdings(self.folder / f"originals-{version}")

    def show(self, version: str) -> None:
        """What the server gives from now on."""
        (self.folder / "version").write_text(version)

    def fetch(self, holdings: Holdings) -> bool:
        """One round; whether everything came."""
        wanted = [Recipe(name, name, f"http://127.0.0.1:{self.port}/{name}.xml") for name in SOURCES]
        with Limited() as limited, Client("", [f"127.0.0.1:{self.port}"], 0.0) as client:
            outcomes = [fetched.outcome for fetched in fetch_all(wanted, holdings, client, limited)]
        return all(outcome in {"new", "changed", "unchanged"} for outcome in outcomes)

    def build(self, version: str, home: Path, holdings: Holdings | None = None) -> str:
        """Build, and say what came of it."""
        build_library(self.corpora[version], home, HashEmbedder(), holdings=holdings or self.originals(version))
        left = [path.name for path in (home / "builds").glob(".*")]
        return f"left lying about: {left}" if left else self.look(home)

    def look(self, home: Path) -> str:
        """What answers: a digest of every passage, card and id; or what is wrong with it."""
        try:
            library = open_library(home)
        except LibraryEmpty:
            return NOTHING
        wrong = [f"{thing.name}: {thing.wrong}" for thing in look_over(home, Holdings(self.folder / "none"))]
        wrong = [line for line in wrong if not line.endswith(": ")]
        if wrong:
            return f"damaged: {wrong}"
        digest = hashlib.sha256((library.folder / "contents.json").read_bytes())
        client = open_chroma(library.folder / "chroma")
        for name in (CARDS_COLLECTION, PASSAGES_COLLECTION):
            rows = client.get_collection(name, embedding_function=None).get(include=["documents", "metadatas"])
            held = sorted(zip(rows["ids"], rows["documents"], rows["metadatas"], strict=True))
            digest.update(json.dumps(held, sort_keys=True).encode())  # Chroma gives what it holds of each in any order
        return digest.hexdigest()

    def held(self, holdings: Holdings) -> str:
        """Which versions the documents are of, such as `aab`; raises when one is damaged."""
        with Limited() as limited:
            texts = [holdings.document(holding, limited).text for holding in holdings.all()]
        return "".join("b" if "respect" in text else "a" for text in texts)

    def _serve(self) -> tuple[int, int]:
        """Start the server in a process of its own, so that this one stays without threads; its process and port."""
        folder = self.folder

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                law = (folder / "version").read_text() == "b"
                raw = CLML.replace("dignity", "respect" if law else "dignity").encode()
                self.send_response(200 if self.path.endswith(".xml") else 404)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        child = os.fork()
        if child == 0:
            try:
                server.serve_forever()
            finally:
                os._exit(0)
        server.server_close()
        return child, server.server_address[1]


def moments(rng: random.Random, rounds: int, seconds: float, steps: int) -> Iterator[tuple[float | None, int | None]]:
    """By the clock and by changes to the disk in turn: a clock alone would seldom meet the short moment of the swap."""
    for n in range(rounds):
        yield (rng.uniform(0, seconds), None) if n % 2 else (None, rng.randint(1, steps))


def measured(work: Callable[[], Any]) -> tuple[float, int]:
    """Seconds, and changes to the disk, of the work done whole."""

    def counting() -> int:
        changes = [0]
        at_each_change(lambda n: changes.__setitem__(0, n))
        work()
        return changes[0]

    before = time.monotonic()
    changes = forked(counting)
    return time.monotonic() - before, changes


def kill_builds(scene: Scene, rounds: int, rng: random.Random) -> Counter[str]:
    """Each round changes to the other version, is killed, looked at, and done again."""
    counted = Counter[str]()
    seconds, steps = measured(lambda: scene.build("a", scene.folder / "spare"))
    before = NOTHING  # the first round has no library to fall back on
    for n, moment in enumerate(moments(rng, rounds, seconds, steps)):
        version = "ab"[n % 2]
        counted["killed" if killed(lambda v=version: scene.build(v, scene.home), *moment) else "done before"] += 1
        found = forked(lambda: scene.look(scene.home))
        answers = {before: "the old answered", scene.whole[version]: "the new answered"}
        counted[answers.get(found, f"WRONG after {moment}: {found}")] += 1
        again = forked(lambda v=version: scene.build(v, scene.home))
        counted["built again the same" if again == scene.whole[version] else f"WRONG again {moment}: {again}"] += 1
        before = scene.whole[version]
    return counted


def kill_fetches(scene: Scene, rounds: int, rng: random.Random) -> Counter[str]:
    """Each round the server has the other version; the fetch is killed, looked at, done again, and built from."""
    counted, holdings = Counter[str](), scene.originals("fetched")
    scene.show("a")
    seconds, steps = measured(lambda: scene.fetch(holdings))
    before = forked(lambda: scene.build("a", scene.home, holdings))
    whole = {v: forked(lambda v=v: scene.build("a", scene.folder / f"law-{v}", scene.originals(v))) for v in "ab"}
    for n, moment in enumerate(moments(rng, rounds, seconds, steps)):
        version = "ba"[n % 2]
        scene.show(version)
        counted["killed" if killed(lambda: scene.fetch(holdings), *moment) else "done before"] += 1
        found = forked(lambda: scene.held(holdings))
        counted["every document whole" if len(found) == len(SOURCES) else f"WRONG after {moment}: {found}"] += 1
        same = forked(lambda: scene.look(scene.home)) == before
        counted["the library answered as before" if same else f"WRONG library {moment}"] += 1
        again = forked(lambda: scene.fetch(holdings) and scene.held(holdings))
        counted["fetched again whole" if again == version * len(SOURCES) else f"WRONG again {moment}: {again}"] += 1
        before = forked(lambda: scene.build("a", scene.home, holdings))
        counted["built the same" if before == whole[version] else f"WRONG build {moment}: {before}"] += 1
    return counted


class Denial:
    """A way for the disk to refuse: `deny` in the process that is to suffer it, `undo` afterwards."""

    shares: tuple[int, ...] = (0,)

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def deny(self, share: int) -> None: ...

    def undo(self) -> None: ...


class SmallFiles(Denial):
    """No file may grow past so many bytes."""

    shares = (0, 5_000, 100_000, 1_000_000)

    def deny(self, share: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (share, share))


class Full(Denial):
    """So many bytes are left."""

    shares = (0, 40_000, 500_000, 2_000_000)

    def deny(self, share: int) -> None:
        left = shutil.disk_usage(self.scene.folder).free
        with (self.scene.folder / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, max(1, left - share))

    def undo(self) -> None:
        (self.scene.folder / "filler").unlink(missing_ok=True)


class ReadOnly(Denial):
    """Nobody may write in the folders."""

    def deny(self, share: int) -> None:  # noqa: ARG002  # all or nothing
        self._turn(0o222, False)
        no_rights = (ctypes.c_uint32 * 6)()
        # Version 3 of the header: this process gives up every right, with root's to write anywhere.
        assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), no_rights) == 0

    def undo(self) -> None:
        self._turn(0o200, True)

    def _turn(self, bits: int, on: bool) -> None:
        for top in (self.scene.home, self.scene.folder / "originals-fetched"):
            for path in (top, *top.rglob("*")):
                mode = path.stat().st_mode
                path.chmod(mode | bits if on else mode & ~bits)


DENIALS = {"small-files": SmallFiles, "full": Full, "read-only": ReadOnly}


def refuse(scene: Scene, denial: Denial) -> Counter[str]:
    """Fetch and build with the disk denied: our own error says so, and what was there before is whole and answers."""
    counted, fetched = Counter[str](), scene.originals("fetched")
    scene.show("a")
    assert forked(lambda: scene.fetch(fetched))
    assert forked(lambda: scene.build("a", scene.home, fetched)) == scene.whole["a"]
    scene.show("b")

    def suffer(work: Callable[[], Any], share: int) -> str:
        denial.deny(share)
        said = "done all the same"
        try:
            work()
        except CareActError as exc:
            said = "said in our words" if "cannot be written" in str(exc) else f"WRONG words: {exc}"
        except Exception as exc:
            said = f"WRONG error: {type(exc).__name__}: {exc}"
        found = open_library(scene.home).passage_words("promote well-being")
        return said if max(found) > 0 else f"WRONG: nothing was found, and {said}"

    for share in denial.shares:
        for work in (lambda: scene.fetch(fetched), lambda: scene.build("b", scene.home)):
            counted[forked(lambda w=work, n=share: suffer(w, n))] += 1
            denial.undo()
        found = forked(lambda: scene.look(scene.home))
        counted["a whole library answered" if found in scene.whole.values() else f"WRONG after {share}: {found}"] += 1
        held = forked(lambda: scene.held(fetched))
        counted["every document whole" if len(held) == len(SOURCES) else f"WRONG after {share}: {held}"] += 1
    again = forked(lambda: scene.build("b", scene.home))
    counted["built again the same" if again == scene.whole["b"] else f"WRONG again: {again}"] += 1
    return counted


def main() -> None:
    """Do it, print what was counted, and exit 1 when anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", nargs="+", choices=("build", "fetch", *DENIALS))
    asked.add_argument("--rounds", type=int, default=10, help="of killing; the disk is refused in a few ways once")
    asked.add_argument("--seed", type=int, default=None, help="another one each time when not given")
    asked.add_argument("--folder", type=Path, default=None, help="where it may make a folder and fill it")
    said = asked.parse_args()
    seed = said.seed if said.seed is not None else random.randrange(1_000_000)
    for name in ("bm25s", "chromadb", "scipy.sparse", "sklearn.linear_model", "torch"):
        importlib.import_module(name)  # here, so that each process forked below has it already
    gc.freeze()  # so that a forked process does not copy what it only counts
    wrong = False
    with tempfile.TemporaryDirectory(dir=said.folder) as folder:
        scene = Scene(Path(folder))
        try:
            for what in said.what:
                scene.home = scene.folder / f"home-{what}"
                if what in DENIALS:
                    counted = refuse(scene, DENIALS[what](scene))
                else:
                    does = kill_builds if what == "build" else kill_fetches
                    counted = does(scene, said.rounds, random.Random(seed))
                wrong |= any(told.startswith("WRONG") or told == "broke" for told in counted)
                print(json.dumps({"what": what, "seed": seed, **counted}), flush=True)
        finally:
            scene.close()
    sys.exit(wrong)


if __name__ == "__main__":
    main()
