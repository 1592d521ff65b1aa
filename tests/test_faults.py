"""The list of deliberate faults is whole, each can still be made, and the gate goes red for them and for nothing else."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Built
from evaluating import CASE, RISKY, small_run

from assistant.domain import Status
from assistant.testing import HashEmbedder
from evals.accepted import read_accepted, write_accepted
from evals.corpus import doubtful, troubles
from evals.fault_list import faults
from evals.faults import Bench, Fault
from evals.measures import BY_NAME

FOLLOW_UP = replace(CASE, id="qa-2", message="and for how long?", history=(CASE.message,))
OUTSIDE = replace(
    RISKY,
    id="route-2",
    message="I live in Scotland. Can I get a carer's assessment?",
    statuses=(Status.OUTSIDE_ENGLAND,),
)
NAMED = {fault.name: fault for fault in faults()}


@pytest.fixture(scope="module")
def bench(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A bench over the small library, held to a run of its own."""
    path = tmp_path_factory.mktemp("bench") / "accepted.json"
    cases = (CASE, FOLLOW_UP, RISKY, OUTSIDE)
    write_accepted(small_run(built, *cases), "1 January 2026", tuple(doubtful(built.corpus)), path)
    return Bench(built.settings, cases, read_accepted(path), embedder=HashEmbedder())


def test_the_list_breaks_every_part_and_every_kind_of_thing() -> None:
    kinds = [
        next(kind for kind in ("corpus", "parts", "answer", "case") if getattr(fault, kind)) for fault in NAMED.values()
    ]
    assert len(NAMED) == len(list(faults())) >= 20
    assert {
        kind: kinds.count(kind) >= few for kind, few in (("corpus", 15), ("parts", 5), ("answer", 6), ("case", 1))
    } == dict.fromkeys(("corpus", "parts", "answer", "case"), True)
    assert {fault.felt for fault in NAMED.values()} <= set(BY_NAME)
    told = " ".join(NAMED)
    for named in ("must → may", "contact", "bridge", "routes", "wrong places", "threshold", "splitter"):
        assert named in told


def test_every_fault_of_the_corpus_can_still_be_made(real_corpus: Path, tmp_path: Path) -> None:
    corpus = Path(shutil.copytree(real_corpus, tmp_path / "corpus"))
    sound = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    for fault in NAMED.values():
        if fault.corpus is not None:
            fault.corpus(corpus)
            changed = [path for path, before in sound.items() if path.read_bytes() != before]
            assert changed, fault.name
            for path in changed:
                path.write_bytes(sound[path])


def test_the_gate_is_green_when_nothing_is_broken_on_the_road(bench: Bench) -> None:
    quiet = Fault("nothing", answer=lambda answer: answer)
    assert bench.seed(quiet).seen == ()
    assert "GREEN" in str(bench.seed(quiet))


@pytest.mark.parametrize(
    "name",
    [
        "next steps lost",
        "wrong places under right sentences",
        "numbers made up after the check",
        "a contact made up",
        "sentences run together (a broken splitter)",
    ],
)
def test_faults_turn_the_gate_red(bench: Bench, name: str) -> None:
    red = bench.seed(NAMED[name])
    assert red.seen
    assert str(red).startswith("red ")


@pytest.mark.slow  # the audit of the whole corpus, once for each
@pytest.mark.parametrize(
    "name",
    [
        "a source nobody has listed",
        "an opinion told as law",
        "a contact that cards name taken out of the data",
        "a duty told as a choice (must → may in a card)",
    ],
)
def test_faults_of_the_real_corpus_turn_the_gate_red(name: str, real_corpus: Path, tmp_path: Path) -> None:
    corpus = Path(shutil.copytree(real_corpus, tmp_path / "corpus"))
    change = NAMED[name].corpus
    assert change is not None
    change(corpus)
    assert list(troubles(corpus, None, read_accepted().doubtful))
