"""Runs every case through the real Assistant: several processes, and on where it stopped (`care-act evals run`)."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.library import open_library
from assistant.places import base_ref
from assistant.presenting import as_text
from assistant.settings import Settings
from evals.cases import Case
from evals.graders import grade
from evals.graders.verdict import World
from evals.outcomes import OUTCOME, Outcome, Run
from evals.road import Examined, Trial

Opens = Callable[[Settings], Examined]
CHUNK = 16
_CARDS = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """An outcome and what the steps of the road took, in milliseconds."""

    outcome: Outcome
    timings_ms: dict[str, float]


class Examiner:
    """Asks and grades, in one process."""

    def __init__(self, examined: Examined, settings: Settings) -> None:
        self._examined = examined
        self._world = World(open_library(settings.library_dir), examined.parts.reference)

    def __call__(self, case: Case) -> Timed:
        trial = self._examined.ask(case)
        return Timed(outcome_of(trial, self._world), trial.answer.timings_ms)


def outcome_of(trial: Trial, world: World) -> Outcome:
    """What is kept of a trial."""
    case, answer = trial.case, trial.answer
    graded = grade(trial, world)
    cards = [scored for found in trial.found for scored in found.cards]
    lost = Counter(step for graded_one in graded for step in graded_one.lost)
    return Outcome(
        id=case.id,
        split=case.split,
        topic=case.topic,
        style=case.style,
        kind=case.kind,
        asker=case.asker,
        message="\n".join((*case.history, case.message)),
        wanted=tuple(status.value for status in case.statuses),
        status=answer.status.value,
        text=as_text(answer),
        sections=tuple(dict.fromkeys(f"{r.source} {base_ref(r.place)}" for r in answer.retrieved)),
        cards=tuple(dict.fromkeys(scored.card.id for scored in cards[:_CARDS])),
        confidence=round(max((scored.similarity for scored in cards[:1]), default=0.0), 3),
        grades={g.measure: (round(float(g.score), 4), g.of) for g in graded},
        why={g.measure: g.why for g in graded if g.why},
        lost=dict(sorted(lost.items())),
    )


def what_of(settings: Settings, cases: Sequence[Case]) -> dict[str, str]:
    """What a run is of: the corpus, the model, the weights and the cases. Runs of the same things give the same outcomes."""
    manifest = open_library(settings.library_dir).manifest
    asked = hashlib.sha256("\0".join(f"{case!r}" for case in cases).encode()).hexdigest()
    return {
        "corpus": manifest.corpus_digest[:16],
        "code": _code_digest(),
        "originals": str(len(manifest.originals)),
        "model": manifest.model,
        "weights": settings.weights or "as measured",
        "cases": f"{len(cases)} {asked[:16]}",
    }


def _code_digest() -> str:
    """A digest of the assistant's own modules, words and prompts: an unfinished run is not gone on with after a change."""
    digest = hashlib.sha256()
    for package in ("assistant", "evals"):
        folder = Path(__file__).parent.parent / package
        for pattern in (
            "*.py",
            "wording.toml",
            "prompts/*.md",
        ):  # the words the checker knows, and what a model is told
            for path in sorted(folder.rglob(pattern)):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def run_cases(
    settings: Settings,
    cases: Sequence[Case],
    *,
    processes: int = 2,
    kept: Path | None = None,
    tick: Callable[[], object] = lambda: None,
    opens: Opens = Examined.of,
) -> tuple[Run, dict[str, dict[str, float]]]:
    """The outcomes of all cases and their times. What `kept` holds of the same run already is not asked again."""
    what = what_of(settings, cases)
    done = _read_kept(kept, what)
    todo = [case for case in cases if case.id not in done]
    for _ in range(len(cases) - len(todo)):
        tick()
    with _Keeping(kept, what, fresh=not done) as keep:
        for timed in _asked(settings, todo, processes, opens):
            done[timed.outcome.id] = timed
            keep(timed)
            tick()
    ordered = sorted(done.values(), key=lambda timed: timed.outcome.id)
    return Run(what, tuple(t.outcome for t in ordered)), {t.outcome.id: t.timings_ms for t in ordered}


def _asked(settings: Settings, cases: Sequence[Case], processes: int, opens: Opens) -> Iterator[Timed]:
    if processes == 1 or len(cases) <= CHUNK:
        if cases:
            yield from map(Examiner(opens(settings), settings), cases)
        return
    settings = settings.model_copy(update={"threads": 1})  # the processes are the parallelism
    # spawn: a forked child of a process that has used torch or Chroma can hang
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (settings, opens)) as pool:
        yield from pool.map(_ask, cases, chunksize=CHUNK)


_examiner: list[Examiner] = []  # of a child process; filled by its initialiser


def _begin(settings: Settings, opens: Opens) -> None:
    _examiner.append(Examiner(opens(settings), settings))


def _ask(case: Case) -> Timed:
    return _examiner[0](case)


class _Keeping:
    """Writes each outcome as it comes, so that a run that is stopped goes on where it was."""

    def __init__(self, path: Path | None, what: dict[str, str], *, fresh: bool) -> None:
        self._path, self._what, self._fresh = path, what, fresh

    def __enter__(self) -> Callable[[Timed], None]:
        if self._path is None:
            return _nowhere
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._file = self._path.open("w" if self._fresh else "a", encoding="utf-8")
        file.write(json.dumps(self._what) + "\n" if self._fresh else "\n")  # a line cut short ends here

        def keep(timed: Timed) -> None:
            line = [OUTCOME.dump_python(timed.outcome, mode="json"), timed.timings_ms]
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()

        return keep

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._file.close()


def _nowhere(timed: Timed) -> None:
    """Keeps nothing."""
    del timed


def _read_kept(path: Path | None, what: dict[str, str]) -> dict[str, Timed]:
    """What was kept of the same run; nothing of another one. A line cut short is asked again."""
    if path is None or not path.is_file():
        return {}
    # Not splitlines(): it would cut at U+2028, which an answer may hold.
    first, *lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    found: dict[str, Timed] = {}
    if first != json.dumps(what):
        return {}
    for line in lines:
        with suppress(ValueError):  # the line that was being written when a run was stopped
            raw, timings = json.loads(line)
            outcome = OUTCOME.validate_python(raw)
            found[outcome.id] = Timed(outcome, timings)
    return found
