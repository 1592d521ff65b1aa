"""A chat model as the judge of whether an answer says a fact (`care-act evals judge`): optional, and never the only gate.

A verdict is kept in a file under a key of all it hangs on: the model, the prompt, the question, the answer and the claim. So
nothing is asked twice, and a run judged again gives the same figures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

from assistant.errors import ChatUnavailable
from assistant.models import Chats
from evals.cases import Case, Nugget
from evals.intervals import Rate
from evals.outcomes import Outcome

_WORD = re.compile(r"\W*(yes|no)\b\W*", re.IGNORECASE)
_AT_ONCE = 64  # asked before any is written down


@dataclass(frozen=True, slots=True)
class Asked:
    """What a judge is asked: does this answer to this question say this?"""

    question: str
    answer: str
    claim: str

    def message(self) -> str:
        """The question as the model is shown it."""
        return f"<question>\n{self.question}\n</question>\n\n<answer>\n{self.answer}\n</answer>\n\n<claim>\n{self.claim}\n</claim>\n\nYES or NO?"


class Judge:
    """Asks a chat model, and remembers in a file. A reply that is no verdict, or no reply, is None and is not remembered."""

    def __init__(self, model: Chats, memory: Path, at_once: int = 4) -> None:
        self.name, self._model, self._memory, self._at_once = model.name, model, memory, at_once
        self._instructions = files("evals").joinpath("prompts", "judge.md").read_text(encoding="utf-8")
        self._known = dict(_read(memory))

    def verdicts(
        self, asked: Sequence[Asked], tick: Callable[[], object] = lambda: None
    ) -> Mapping[Asked, bool | None]:
        """A verdict for each, in any order of asking."""
        keys = {one: self._key(one) for one in asked}
        todo = iter([one for one in keys if keys[one] not in self._known])
        for _ in range(len(asked) - sum(key not in self._known for key in keys.values())):
            tick()
        with ThreadPoolExecutor(self._at_once) as pool:
            while batch := list(islice(todo, _AT_ONCE)):
                for one, says in zip(batch, pool.map(self._ask, batch), strict=True):
                    if says is not None:
                        self._keep(keys[one], says)
                    tick()
        return {one: self._known.get(key) for one, key in keys.items()}

    def _ask(self, one: Asked) -> bool | None:
        try:
            reply = "".join(self._model.stream(self._instructions, one.message()))
        except ChatUnavailable:
            return None
        found = _WORD.fullmatch(reply.strip())
        return found[1].lower() == "yes" if found else None

    def _key(self, one: Asked) -> str:
        whole = "\0".join((self.name, self._instructions, one.question, one.answer, one.claim))
        return hashlib.sha256(whole.encode()).hexdigest()

    def _keep(self, key: str, says: bool) -> None:
        self._known[key] = says
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        with self._memory.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "says": says}) + "\n")


def _read(memory: Path) -> Iterator[tuple[str, bool]]:
    """What was remembered; a line cut short is asked again."""
    for line in memory.read_text(encoding="utf-8").splitlines() if memory.is_file() else ():
        try:
            raw = json.loads(line)
            yield raw["key"], bool(raw["says"])
        except (ValueError, KeyError, TypeError):
            continue


@dataclass(frozen=True, slots=True)
class Judged:
    """A run as a judge sees it, beside its patterns. `differ` are the cases where the two say otherwise of a fact."""

    judge: str
    facts: Rate
    vital: Rate
    no_false_claim: Rate
    pairs: tuple[tuple[bool, bool], ...]  # patterns, judge
    differ: tuple[str, ...]
    unjudged: int  # facts and claims without a verdict: the model was away, or replied with something else
    lacking: tuple[str, ...]  # cases that lack a fact, by the judge
    false: tuple[str, ...]  # cases that say a false claim, by the judge


@dataclass(frozen=True, slots=True)
class _Line:
    """A fact or false claim of a case, and whether its answer says it: by its patterns, if it has any, and by the judge."""

    case: str
    nugget: Nugget
    claim: bool
    patterns: bool | None
    says: bool | None


def asked_of(outcomes: Sequence[Outcome], cases: Mapping[str, Case]) -> list[Asked]:
    """What a judge is asked of a run: each fact and false claim of each case, those without patterns too."""
    return [Asked(outcome.message, outcome.text, line.nugget.text) for outcome, line in _lines(outcomes, cases, {})]


def judged(
    judge: str, outcomes: Sequence[Outcome], cases: Mapping[str, Case], verdicts: Mapping[Asked, bool | None]
) -> Judged:
    """The figures over what has a verdict; what has none is counted by itself, never as a yes or a no."""
    lines = [line for _, line in _lines(outcomes, cases, verdicts)]
    facts = [line for line in lines if line.says is not None and not line.claim]
    claims = [line for line in lines if line.says is not None and line.claim]
    both = [line for line in facts if line.patterns is not None]
    return Judged(
        judge,
        facts=_rate(bool(line.says) for line in facts),
        vital=_rate(bool(line.says) for line in facts if line.nugget.vital),
        no_false_claim=_rate(not line.says for line in claims),
        pairs=tuple((bool(line.patterns), bool(line.says)) for line in both),
        differ=_cases(line for line in both if line.patterns != line.says),
        unjudged=len(lines) - len(facts) - len(claims),
        lacking=_cases(line for line in facts if not line.says),
        false=_cases(line for line in claims if line.says),
    )


def _lines(
    outcomes: Sequence[Outcome], cases: Mapping[str, Case], verdicts: Mapping[Asked, bool | None]
) -> Iterator[tuple[Outcome, _Line]]:
    for outcome in outcomes:
        case = cases[outcome.id]
        for nugget in (*case.must_say, *case.must_not_say):
            says = verdicts.get(Asked(outcome.message, outcome.text, nugget.text))
            patterns = nugget.stands_in(outcome.text) if nugget.any else None
            yield outcome, _Line(case.id, nugget, nugget in case.must_not_say, patterns, says)


def _rate(held: Iterable[bool]) -> Rate:
    counted = list(held)
    return Rate(sum(counted), len(counted))


def _cases(lines: Iterable[_Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.case for line in lines))
