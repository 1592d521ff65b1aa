"""What each lever of retrieval buys, against peers, in one run (`care-act evals levers`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from assistant.assistant import Finds
from assistant.card_index import Weights
from assistant.domain import Evidence, Question
from assistant.embedding import Embedder
from assistant.library import Library, open_library
from assistant.presenting import as_text
from assistant.retrieval import make_retriever
from assistant.settings import Settings
from assistant.understanding import understand
from assistant.wiring import Parts, build_parts, choose_embedder
from evals.cases import Case
from evals.finding import HANDED_CARDS, Finding, FindingScores, measure, ranking_of, score
from evals.peers.passages import Peer, passage_peers
from evals.road import Examined, RememberingEmbedder


@dataclass(frozen=True, slots=True)
class Lever:
    """One row of the table: its name, and how the parts of the road are changed for it."""

    name: str
    weights: str = ""
    parts: bool = True  # whether sentence parts are scored beside the whole message


@dataclass(frozen=True, slots=True)
class Row:
    """A system, its scores by split, and the cases in which it had no right section among five."""

    name: str
    scores: Mapping[str, FindingScores]
    missed: Mapping[str, tuple[str, ...]]


class _Whole:
    """A retriever that is given whole messages, never their sentences."""

    def __init__(self, retriever: Finds) -> None:
        self._retriever = retriever

    def retrieve(self, question: Question) -> Evidence:
        return self._retriever.retrieve(replace(question, parts=()))


def levers(weights: Weights) -> Iterator[Lever]:
    """Everything on, then each signal off, then each alone, then sentence parts off."""
    names = [f.name for f in fields(weights) if getattr(weights, f.name)]
    yield Lever("the assistant")
    for name in names:
        yield Lever(f"without {name}", f"{name}=0")
    yield Lever("without sentence parts", parts=False)
    for name in names:
        others = ",".join(f"{other}=0" for other in names if other != name)
        yield Lever(f"only {name} (cards)", others)


class Table:
    """Measures systems over the same cases with one embedder that works each text out once."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None, cards: int = HANDED_CARDS) -> None:
        self._settings, self._cards = settings, cards
        self.library: Library = open_library(settings.library_dir)
        self._model = embedder or choose_embedder(settings, self.library)
        self._embedder = RememberingEmbedder(self._model)
        self._base = build_parts(settings, self._embedder)

    def names(self) -> tuple[Lever, ...]:
        """The levers of the weights in use."""
        return tuple(levers(Weights.parse(self._settings.weights)))

    def peers(self) -> tuple[Peer, ...]:
        """The peers over the same official texts."""
        return passage_peers(self.library, self._model)

    def of_lever(self, lever: Lever, cases: Sequence[Case], tick: Callable[[], object]) -> Row:
        """The scores of the assistant with one lever moved."""
        examined = Examined(self._parts(lever))

        def one(case: Case) -> Finding:
            trial = examined.ask(case)
            tick()
            return measure(case, ranking_of(trial, self.library.steps, as_text(trial.answer), self._cards))

        return _row(lever.name, cases, one)

    def of_peer(self, peer: Peer, cases: Sequence[Case], tick: Callable[[], object]) -> Row:
        """The scores of a peer, which is given the same standalone question."""

        def one(case: Case) -> Finding:
            tick()
            return measure(case, peer.find(understand(case.message, case.history)[0].text))

        return _row(peer.name, cases, one)

    def _parts(self, lever: Lever) -> Parts:
        weights = ",".join(filter(None, (self._settings.weights, lever.weights)))
        settings = self._settings.model_copy(update={"weights": weights})
        retriever: Finds = make_retriever(self.library, self._embedder, settings)
        return replace(self._base, retriever=retriever if lever.parts else _Whole(retriever))


def _row(name: str, cases: Sequence[Case], one: Callable[[Case], Finding]) -> Row:
    found = [(case, one(case)) for case in cases]
    splits = sorted({case.split for case in cases})
    return Row(
        name,
        {split: score([finding for case, finding in found if case.split == split]) for split in splits},
        {
            split: tuple(case.id for case, finding in found if case.split == split and not finding.in_five_sections)
            for split in splits
        },
    )
