"""The road a message travels: route → understand → retrieve → compose → verify → present."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from assistant import privacy, tracing
from assistant.checks import Checks
from assistant.composing import Composer
from assistant.domain import Answer, Draft, DraftSentence, Event, Evidence, Question, Register, Status
from assistant.errors import where_it_broke
from assistant.languages import recognised
from assistant.letters import Letters
from assistant.lookout import Lookout
from assistant.presenting import Presenter
from assistant.reference import Reference
from assistant.sections import sections_of
from assistant.several import joined, ranked, search
from assistant.understanding import asked_apart, clean, understand
from assistant.verifying import verify
from assistant.writing import AWAY, AWAY_NOTE, Writer, can_write

log = logging.getLogger("care_act")

LOOKING = "Looking in the law and the guidance"
WRITING = "Writing the answer"
EMPTY = "Please type a question. For example: Can I get a break from looking after my mum?"


class Finds(Protocol):
    """Finds evidence for a question."""

    def retrieve(self, question: Question) -> Evidence:
        """Cards and passages, best first."""
        ...


class Assistant:
    """Answers a message. Everybody gets an Answer; what broke is logged without the message."""

    def __init__(
        self,
        lookout: Lookout,
        retriever: Finds,
        composer: Composer,
        presenter: Presenter,
        reference: Reference,
        letters: Letters,
        checks: Checks,
        writer: Writer | None = None,
    ) -> None:
        self._writer = writer
        self._lookout, self._retriever, self._composer = lookout, retriever, composer
        self._presenter, self._reference = presenter, reference
        self.letters, self.checks = letters, checks

    def answer(
        self, message: str, history: Sequence[str] = (), register: Register = Register.PLAIN, answer_id: str = ""
    ) -> Answer:
        """The answer to a message. `history` is what the person said before, oldest first."""
        *_, last = self.stream(message, history, register, answer_id)
        assert isinstance(last.value, Answer)
        return last.value

    def stream(
        self, message: str, history: Sequence[str] = (), register: Register = Register.PLAIN, answer_id: str = ""
    ) -> Iterator[Event]:
        """What is ready to show, as it becomes ready: only finished, checked sentences. The last event is the answer."""
        answer_id, answer = answer_id or uuid.uuid4().hex, None
        timings: dict[str, float] = {}
        shown: list[object] = []
        try:
            with _timed(timings, "total"):
                for event in self._travel(message, history, register, answer_id, timings):
                    if isinstance(event.value, Answer):
                        answer = event.value
                        yield from _unshown(answer, shown)
                    else:
                        shown.append(event.value)
                        yield event
        except Exception as exc:  # the one place where broken machinery becomes a plain sentence
            log.error("answer %s failed: %s", answer_id, where_it_broke(exc))
            answer = answer or self._presenter.failed(answer_id, register)
            yield from _unshown(answer, shown)
        assert answer is not None
        ended = {
            "answer": answer_id,
            "status": answer.status.value,
            "composer": answer.composer,
            "steps_ms": dict(timings),
        }
        log.info("answered", extra=ended)
        notes = (*answer.notes, privacy.NOTE) if privacy.found(message) else answer.notes
        yield Event("answer", replace(answer, notes=notes, timings_ms=timings))

    def _travel(
        self, message: str, history: Sequence[str], register: Register, answer_id: str, timings: dict[str, float]
    ) -> Iterator[Event]:
        """What can be shown early, and the answer: where help is urgent first without, then with what was looked up."""
        said = clean(message)
        if not said:
            yield Event("answer", self._presenter.clarify(answer_id, EMPTY, register))
            return
        with _timed(timings, "route"):
            seen = self._lookout.look(said)
            signpost = seen.signpost
            language = recognised(said) if signpost is None else None
        if seen.ask_back is not None and not (signpost or history):
            asked = seen.ask_back
            yield Event("answer", self._presenter.clarify(answer_id, asked.text, register, asked.choices))
        elif language is not None:
            yield Event("answer", self._presenter.clarify(answer_id, " ".join(language.text), register))
        elif signpost is None and self.letters.asked_for(said):
            draft = self._letter(said, history, register, answer_id)
            yield Event("answer", replace(draft, notes=(*seen.quietly, *draft.notes)))
        elif signpost is None:
            found = yield from self._looked_up(said, history, register, answer_id, timings)
            yield Event("answer", replace(found, notes=(*seen.quietly, *found.notes)))
        else:
            first = self._presenter.signpost(answer_id, signpost, register)
            yield Event("answer", first)
            if signpost.then_answer:
                found = yield from self._looked_up(said, history, register, answer_id, timings)
                yield Event("answer", _after(first, found))

    def _letter(self, message: str, history: Sequence[str], register: Register, answer_id: str) -> Answer:
        """The draft a message asks for, filled only with what the person said; which letters there are when none fits."""
        said = [privacy.redact(text) for text in (*history, message)]
        name = self.letters.match(said[-1], said[:-1])
        if not name:
            return self._presenter.which_letter(answer_id, self.letters.titles(), register)
        letter = self.letters.fill(name, self.letters.fields_said(name, said))
        return self._presenter.letter(answer_id, letter, register)

    def _looked_up(
        self, message: str, history: Sequence[str], register: Register, answer_id: str, timings: dict[str, float]
    ) -> Generator[Event, None, Answer]:
        """The answer the library gives. Personal details are taken out before anything is searched with."""
        message, history = privacy.redact(message), [privacy.redact(earlier) for earlier in history]
        yield Event("status", LOOKING)
        with _timed(timings, "understand"):
            question = understand(message, history, register)[0]
            apart = asked_apart(question)
        with _timed(timings, "retrieve"):
            asked = search(question, apart, self._retriever.retrieve)
        yield Event("status", WRITING)
        with _timed(timings, "compose"):
            draft = joined([(evidence, self._composer.compose(question, evidence)) for question, evidence in asked])
        if self._writer and len(asked) == 1 and can_write(draft, question):  # two questions keep their headings
            with _timed(timings, "write"):
                writing = self._writer.write(*asked[0], draft, history)
                draft = yield from self._worded(writing, draft, register)
        with _timed(timings, "verify"):
            checked = verify(draft, self._reference)
        with _timed(timings, "present"):
            found = ranked([sections_of(evidence, self._reference) for _, evidence in asked])
            subject = next((topic for scored in asked[0][1].cards[:1] for topic in scored.card.topics[:1]), "")
            answer = replace(self._presenter.answer(answer_id, checked, register, found), subject=subject)
            return replace(answer, notes=(*answer.notes, AWAY_NOTE)) if draft.composer == AWAY else answer

    def _worded(
        self, sentences: Generator[DraftSentence, None, Draft], draft: Draft, register: Register
    ) -> Generator[Event, None, Draft]:
        """Shows the sentences a chat model writes as each is checked, numbered as in the answer; gives the whole draft."""
        kept: list[DraftSentence] = []
        while True:
            try:
                kept.append(next(sentences))
            except StopIteration as done:
                worded: Draft = done.value
                return worded
            so_far = self._presenter.answer("", replace(draft, sentences=tuple(kept)), register, ())
            yield Event("sentence", so_far.sentences[-1])


def _unshown(answer: Answer, shown: list[object]) -> Iterator[Event]:
    """The sentences of an answer that were not shown yet."""
    for sentence in (*answer.sentences, *answer.next_steps):
        if sentence not in shown:
            shown.append(sentence)
            yield Event("sentence", sentence)


def _after(first: Answer, answer: Answer) -> Answer:
    """The practical answer with the signpost before it, and the signpost's status; the signpost alone if none was found."""
    if answer.status is not Status.ANSWERED:
        return first
    contacts = tuple(dict.fromkeys((*first.contacts, *answer.contacts)))
    return replace(answer, status=first.status, sentences=(*first.sentences, *answer.sentences), contacts=contacts)


@contextmanager
def _timed(timings: dict[str, float], step: str, clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
    """Milliseconds of a step, to three decimals."""
    started = clock()
    try:
        yield
    finally:
        timings[step] = round((clock() - started) * 1000, 3)
        tracing.ended(step, timings[step])
        log.debug("step done", extra={"step": step, "ms": timings[step]})
