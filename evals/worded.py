"""Answers that a chat model words: what of it reached a person, and how soon the first and the last checked sentence came."""

from __future__ import annotations

import hashlib
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import nupunkt

from assistant.domain import Answer
from assistant.errors import BadSource
from assistant.models import Chats
from assistant.testing import ScriptedModel
from assistant.verifying import Finding, bare, check
from assistant.wiring import Parts
from assistant.writing import AWAY, Writer
from evals.cases import Case
from evals.intervals import Rate
from ingest.shelf import read_shelf

_HANDLES, _LISTED = re.compile(r"\[[\d, ]+\]"), re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_SHOWN = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)


class KeptWords:
    """A chat model that is overheard. `heard` holds each message it was given and all it said, past what is shown too.

    With a file, its words are kept there as they come, and asked the same again it says the same without being asked: a
    slow model is asked once, a run that was broken off goes on, and a changed checker is held to the same words.
    """

    def __init__(self, model: Chats, path: Path | None = None) -> None:
        """Raises BadSource naming a line of the file that cannot be read."""
        self.name, self.heard, self._model, self._path = model.name, list[tuple[str, str]](), model, path
        self._said: dict[str, str] = {}
        for number, line in enumerate(path.read_text("utf-8").splitlines() if path and path.exists() else (), 1):
            try:
                raw = json.loads(line)
                self._said[raw["asked"]] = str(raw["said"])
            except (ValueError, KeyError, TypeError) as exc:
                raise BadSource(
                    f"{path}, line {number} holds no words of a model ({exc!r}). Delete that line."
                ) from exc

    def stream(self, instructions: str, message: str) -> Iterator[str]:
        """The whole text at once. Raises ChatUnavailable, and then keeps nothing."""
        asked = hashlib.blake2b(f"{instructions}\0{message}".encode(), digest_size=16).hexdigest()
        if asked not in self._said:
            self._said[asked] = "".join(self._model.stream(instructions, message))
            if self._path:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"asked": asked, "said": self._said[asked]}, ensure_ascii=False) + "\n")
        self.heard.append((message, self._said[asked]))
        yield self._said[asked]


def statements_of(corpus: Path) -> list[str]:
    """The text of every statement of a corpus."""
    shelf = read_shelf(corpus, None)
    cards = [statement.text for card in shelf.cards for statement in (*card.statements, *card.easy, *card.staff)]
    return cards + [statement.text for step in shelf.steps.values() for statement in step.statements]


@dataclass(frozen=True, slots=True)
class Worded:
    """The answers of a model over some cases. `own` are sentences shown in the model's words: for a person to read.

    Many bad sentences are dropped because they cite nothing. `let_pass` are those of its own that the checker would let
    pass had it cited all it was shown: for a person to read as well. `stopped` counts the others, by the first fault.
    """

    by_model: Rate
    own: tuple[tuple[str, str], ...]  # the message, and the sentence
    sentences: int
    wrote: int
    let_pass: tuple[str, ...]
    stopped: Counter[str] = field(default_factory=Counter)
    cited: int = 0
    away: int = 0

    def lines(self) -> tuple[str, ...]:
        """The report as lines for a terminal, every sentence in the model's own words among them."""
        return (
            *(f"shown: {sentence}\n    to: {message[:100]!r}" for message, sentence in self.own),
            *(f"let pass, had it cited all: {sentence}" for sentence in self.let_pass),
            *(f"stopped, had it cited all: {count:4}  {fault}" for fault, count in self.stopped.most_common()),
            f"answers a chat model worded       {self.by_model}",
            f"sentences shown                   {self.sentences}, {len(self.own)} of them not word for word a statement",
            f"sentences it wrote                {self.wrote}, {len(self.let_pass)} of its own let pass had it cited all it was shown",
            f"                                  {self.cited} of them in a line that cites anything",
            *(
                [f"answers for which it was away     {self.away}: run again with --kept to ask those alone"]
                if self.away
                else []
            ),
        )


def word_cases(
    parts: Parts, model: KeptWords, cases: Iterable[Case], statements: Iterable[str], done: Callable[[int], object]
) -> Worded:
    """Asks every case. A sentence is the model's own when it is not, word for word, a statement of the corpus."""
    assistant = replace(parts, writer=Writer(model, parts.reference)).assistant()
    known = set(statements)
    answers: list[tuple[str, Answer]] = []
    for case in cases:
        answers.append((case.message, assistant.answer(case.message, case.history)))
        done(1)
    shown = [
        (message, sentence.text)
        for message, answer in answers
        if answer.status.value == "answered"
        for sentence in (*answer.sentences, *answer.next_steps)
        if sentence.role != "heading"
    ]
    judged = [(one, faults) for message, said in model.heard for one, faults in _judged(message, said, known)]
    return Worded(
        Rate(sum(answer.composer.startswith("chat model") for _, answer in answers), len(answers)),
        tuple((message, text) for message, text in shown if bare(text) not in known),
        len(shown),
        sum(len(_sentences(said)) for _, said in model.heard),
        tuple(dict.fromkeys(one for one, found in judged if not found)),
        Counter(found[0].fault.value for _, found in judged if found),
        sum(len(_sentences(line)) for _, said in model.heard for line in said.split("\n") if _HANDLES.search(line)),
        sum(answer.composer == AWAY for _, answer in answers),
    )


def _sentences(said: str) -> list[str]:
    plain = [_HANDLES.sub("", _LISTED.sub("", line)) for line in said.split("\n")]
    return [sentence.strip() for line in plain for sentence in nupunkt.sent_tokenize(line) if sentence.strip()]


def _judged(message: str, said: str, known: Collection[str]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each sentence of a model's own with what is wrong with it, had it cited all it was shown."""
    shown = [text for _, text in _SHOWN.findall(message)]
    yield from ((one, check(one, shown)) for one in _sentences(said) if bare(one) not in known)


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from the question to the first and to the last checked sentence, without the model's own time.

    `work` is the processor's time for the whole answer, all threads together: it tells more than the clock where other
    programs run as well. `before` is the same without a model, so that the difference is the wording and the checking.
    """

    first: tuple[float, ...]
    last: tuple[float, ...]
    work: tuple[float, ...] = ()
    before: tuple[float, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The report as lines for a terminal."""
        return tuple(
            f"{name}: p50 {statistics.median(times):.1f} ms, p95 {sorted(times)[int(0.95 * (len(times) - 1))]:.1f} ms, n {len(times)}"
            for name, times in (
                ("first checked sentence", self.first),
                ("last checked sentence", self.last),
                ("processor's time, whole answer", self.work),
                ("processor's time without a model", self.before),
            )
            if times
        )


def wait_for_sentences(parts: Parts, cases: Sequence[Case], done: Callable[[int], object]) -> Waits:
    """Streams every case with a model that takes no time and says the first five things it is shown."""
    assistant = replace(parts, writer=Writer(ScriptedModel(_five_things), parts.reference)).assistant()
    assistant.answer("Can I get a break from looking after my mum?")  # loads what is loaded at the first question
    plain = parts.assistant()
    first, last, work, before = list[float](), list[float](), list[float](), list[float]()
    for case in cases:
        began, worked = time.perf_counter(), time.process_time()
        times = [
            (time.perf_counter() - began) * 1000
            for event in assistant.stream(case.message, case.history)
            if event.kind == "sentence"
        ]
        if times:
            first.append(times[0])
            last.append(times[-1])
            work.append((time.process_time() - worked) * 1000)
            worked = time.process_time()
            plain.answer(case.message, case.history)
            before.append((time.process_time() - worked) * 1000)
        done(1)
    return Waits(tuple(first), tuple(last), tuple(work), tuple(before))


def _five_things(message: str) -> str:
    return "".join(f"{text} [{n}]\n" for n, text in _SHOWN.findall(message)[:5])
