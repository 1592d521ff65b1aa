"""A bench for deliberate faults (`care-act evals faults`): each must turn the gate red, for a gate that nothing fails is no gate.

A fault breaks the corpus (a copy of it), a part of the road, or the answer as a broken presenter would. The corpus itself is
then held, and cases asked and held to the accepted run, as `care-act evals gate` does: of all cases that the measure
named by the fault counts, an even sample, so that the measure is the gate's own over fewer cases.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.domain import Answer
from assistant.embedding import Embedder
from assistant.library import Library, open_library
from assistant.routing import load_routes
from assistant.settings import Settings
from assistant.wiring import Parts, build_parts, choose_embedder
from evals.accepted import Accepted
from evals.cases import Case
from evals.corpus import troubles
from evals.gate import fallen, hold
from evals.graders.verdict import World
from evals.outcomes import Run
from evals.road import Examined, RememberingEmbedder, Trial
from evals.run import outcome_of, what_of

MOST = 80  # cases asked for one fault


@dataclass(frozen=True, slots=True)
class Fault:
    """One deliberate fault; the one change that is not None is made. `felt` is a measure that should feel it."""

    name: str
    corpus: Callable[[Path], None] | None = None
    parts: Callable[[Parts, Bench], Parts] | None = None
    answer: Callable[[Answer], Answer] | None = None
    case: Callable[[Case], Case] | None = None
    felt: str = "answered"


@dataclass(frozen=True, slots=True)
class Red:
    """What the gate said of a fault, and in how many seconds; green when it saw nothing."""

    fault: str
    seen: tuple[str, ...]
    seconds: float = 0.0

    def __str__(self) -> str:
        first = f": {self.seen[0].splitlines()[0][:150]}" if self.seen else ""
        return f"{'red  ' if self.seen else 'GREEN'} {self.seconds:5.1f} s  {self.fault}{first}"


class Bench:
    """What every fault is tried on: one library, one model that works each text out once, the cases."""

    def __init__(
        self,
        settings: Settings,
        cases: Sequence[Case],
        accepted: Accepted,
        originals: Path | None = None,
        embedder: Embedder | None = None,
        most: int = MOST,
    ) -> None:
        self.settings, self._cases, self._accepted = settings, cases, accepted
        self._originals, self._most = originals, most
        self.library: Library = open_library(settings.library_dir)
        chosen = embedder or choose_embedder(settings, self.library)
        self.embedder = RememberingEmbedder(chosen)
        self._parts = build_parts(settings, chosen)  # the model itself: the tuned ear reads its middle
        self._world = World(self.library, self._parts.reference)
        self._asked: dict[str, Trial] = {}  # with nothing broken

    def sound(self, faults: Iterable[Fault]) -> Red:
        """The gate with no fault in, over every case that any of the faults asks: it must be green, or the rest proves nothing."""
        felt = dict.fromkeys(fault.felt for fault in faults)
        cases = {case.id: case for measure in felt for case in self.cases_of(measure)}
        found = tuple(troubles(self.settings.corpus_dir, self._originals, self._accepted.doubtful))
        return Red("no fault at all", found or self._held(Fault("none"), self._parts, tuple(cases.values())))

    def seed(self, fault: Fault) -> Red:
        """What the gate says when a fault is in."""
        started = time.perf_counter()
        seen = self._seen(fault)
        return Red(fault.name, seen, time.perf_counter() - started)

    def cases_of(self, measure: str) -> tuple[Case, ...]:
        """An even sample of the cases that a measure counted in the accepted run."""
        counted = [case for case in self._cases if measure in self._accepted.grades.get(case.id, {})]
        return tuple(counted[:: max(1, -(-len(counted) // self._most))])

    def _seen(self, fault: Fault) -> tuple[str, ...]:
        parts = self._parts
        with tempfile.TemporaryDirectory() as folder:
            if fault.corpus is not None:
                corpus = Path(shutil.copytree(self.settings.corpus_dir, Path(folder) / "corpus"))
                fault.corpus(corpus)
                if found := tuple(troubles(corpus, self._originals, self._accepted.doubtful)):
                    return found
                parts = replace(parts, router=load_routes(corpus))
        if fault.parts is not None:
            parts = fault.parts(parts, self)
        cases = self.cases_of(fault.felt)
        if fault.case is not None:
            cases = tuple(case for case in self._cases if case.id in self._accepted.grades and fault.case(case) != case)
        return self._held(fault, parts, cases[: self._most])

    def _held(self, fault: Fault, parts: Parts, cases: Sequence[Case]) -> tuple[str, ...]:
        whole = (
            parts is self._parts and fault.case is None
        )  # then only the answer is changed, and need not be asked for again
        examined = Examined(parts)
        outcomes = []
        for case in cases:
            trial = self._trial(case, examined) if whole else examined.ask(fault.case(case) if fault.case else case)
            answer = fault.answer(trial.answer) if fault.answer else trial.answer
            outcomes.append(outcome_of(Trial(case, answer, trial.found, trial.drafted), self._world))
        run = Run(what_of(self.settings, cases), tuple(outcomes))
        return tuple(str(one) for one in fallen(list(hold(run, self._accepted, None, ()))))

    def _trial(self, case: Case, examined: Examined) -> Trial:
        if case.id not in self._asked:
            self._asked[case.id] = examined.ask(case)
        return self._asked[case.id]
