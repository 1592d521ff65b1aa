"""Lets a chat model word the answer. Each sentence is checked before anybody sees it; what fails never is."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.domain import Draft, DraftSentence, Evidence, Question, Statement, Status
from assistant.errors import ChatUnavailable
from assistant.models import Chats, prompt
from assistant.reference import Reference
from assistant.verifying import LEFT_OUT, REPLACED, Support, check, opening, support_of

log = logging.getLogger("care_act")

AWAY = "statements, as the chat model was away"
AWAY_NOTE = "The model that words answers could not be reached, so this answer is put together from checked sentences."
_EVIDENCE = 20  # statements a model is shown
_SENTENCES = 7  # of an answer, before what to do next
_WORDS = 35  # of one sentence
_HANDLES = re.compile(r"(?:\[\d{1,3}(?:\s*,\s*\d{1,3})*\]\s*)+")
_BRACKET = re.compile(r"[\[\]]")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_MARKS = re.compile(r"[*_`#<>]+")


class Writer:
    """Words answers with a chat model, from the statements that were found."""

    def __init__(self, model: Chats, reference: Reference) -> None:
        self._model, self._reference = model, reference

    def write(
        self, question: Question, evidence: Evidence, draft: Draft, said: Sequence[str]
    ) -> Generator[DraftSentence, None, Draft]:
        """Checked sentences as they are finished, then the whole draft; the draft of statements when the answer is lost.

        The answer is lost when its first sentence does not rest on the direct answer or is not carried by it. Where a
        model breaks off, what was shown stays and the statements that were not said follow.
        """
        numbered = _numbered(draft, evidence)
        kept, stopped = list[DraftSentence](), list[str]()
        try:
            for line in _finished_lines(self._model.stream(*self._prompts(question, numbered, said))):
                for sentence in self._checked(line, numbered, draft, kept, stopped):
                    kept.append(sentence)
                    yield sentence
                if not kept or len(kept) >= _SENTENCES:
                    break
        except ChatUnavailable as exc:
            log.warning("%s", exc)
            if not kept:
                return replace(draft, composer=AWAY, stopped=tuple(stopped))
            kept += _left_unsaid(draft, kept)
        if not kept:
            return replace(draft, stopped=tuple(stopped))
        closing = [sentence for sentence in draft.sentences if sentence.role == "next"]
        composer = f"chat model {self._model.name}"
        return replace(draft, sentences=(*kept, *closing), composer=composer, stopped=tuple(stopped))

    def _prompts(self, question: Question, numbered: Sequence[Statement], said: Sequence[str]) -> tuple[str, str]:
        message = prompt("message").substitute(
            evidence="\n".join(f"[{n}] {statement.text}" for n, statement in enumerate(numbered, 1)),
            said="\n".join(map(_as_data, said)) or "(nothing)",
            message=_as_data(question.text),
        )
        return prompt("instructions").substitute(), message

    def _checked(
        self,
        line: str,
        numbered: Sequence[Statement],
        draft: Draft,
        kept: Sequence[DraftSentence],
        stopped: list[str],
    ) -> Iterator[DraftSentence]:
        """The sentences of a line that may be shown: as written, or the statement one rests on in its place.

        What becomes of the others is added to `stopped`.
        """
        heard = [*kept]
        for text, handles in _cited(line):
            cites = tuple(numbered[n - 1] for n in handles if 0 < n <= len(numbered))
            if not cites or len(cites) < len(handles) or len(text.split()) > _WORDS:
                stopped.append(LEFT_OUT)
                continue
            sentence = DraftSentence(text, cites, "point" if heard else "verdict")
            faulty = bool(check(text, self._supports(cites, draft)))
            if not heard and (faulty or not _rests_on_the_answer(cites, draft)):
                stopped.append(LEFT_OUT)
                return
            if faulty:
                sentence = replace(sentence, text=cites[0].text, cites=cites[:1])
                dead = bool(check(sentence.text, self._supports(sentence.cites, draft)))
                stopped.append(LEFT_OUT if dead else REPLACED)
                if dead:
                    continue  # not law in force: verify would leave it out, and it would have been seen
            if not any(_same(sentence, other) for other in heard):
                heard.append(sentence)
                yield sentence

    def _supports(self, cites: Iterable[Statement], draft: Draft) -> list[Support]:
        """The statements as evidence. The direct answer carries the word the draft of statements opens with, and no other."""
        first = draft.sentences[0]
        supports = []
        for statement in cites:
            support = support_of(statement, self._reference)
            if statement in first.cites and (word := opening(first.text)):
                support = replace(support, text=f"{word}. {statement.text}")
            supports.append(support)
        return supports


def can_write(draft: Draft, question: Question) -> bool:
    """Whether there is an answer to word. Easy read and staff have words of their own on the cards."""
    plain = question.register.value == "plain"
    return plain and draft.status is Status.ANSWERED and bool(draft.sentences and draft.sentences[0].cites)


def _numbered(draft: Draft, evidence: Evidence) -> list[Statement]:
    """The statements a model sees, each once: those of the draft, the answer first, then the points of the best cards."""
    chosen = [statement for sentence in draft.sentences if sentence.role != "next" for statement in sentence.cites]
    more = [statement for found in evidence.cards[:3] for statement in (*found.card.lead, *found.card.points)]
    return list(dict.fromkeys((*chosen, *more)))[:_EVIDENCE]


def _finished_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines, as soon as each is whole."""
    unfinished = ""
    for piece in pieces:
        *lines, unfinished = (unfinished + piece).split("\n")
        yield from (line for line in lines if line.strip())
    if unfinished.strip():
        yield unfinished


def _cited(line: str) -> Iterator[tuple[str, list[int]]]:
    """The sentences of a line with the numbers they cite. What cites nothing is passed over."""
    line, start = _BULLET.sub("", line), 0
    for handles in _HANDLES.finditer(line):
        before = _BRACKET.split(line[start : handles.start()])[-1]
        stop = "".join(char for char in line[handles.end() : handles.end() + 1] if char in ".!?")
        start = handles.end() + len(stop)
        text = " ".join(_MARKS.sub("", before).split()).lstrip(".,;: ")
        if text:
            text += stop if text[-1] not in ".!?" else ""
            yield text if text[-1] in ".!?" else f"{text}.", [int(n) for n in re.findall(r"\d+", handles[0])]


def _rests_on_the_answer(cites: Iterable[Statement], draft: Draft) -> bool:
    answer = {statement for sentence in draft.sentences if sentence.role == "verdict" for statement in sentence.cites}
    return bool(answer & set(cites)) or not answer


def _left_unsaid(draft: Draft, kept: Iterable[DraftSentence]) -> list[DraftSentence]:
    """The sentences of the draft whose statements were not said yet."""
    said = {statement for sentence in kept for statement in sentence.cites}
    return [s for s in draft.sentences if s.role not in {"next", "verdict"} and not said & set(s.cites)]


def _same(one: DraftSentence, other: DraftSentence) -> bool:
    return one.text == other.text or one.cites == other.cites


def _as_data(text: str) -> str:
    """A person's words in one line that cannot close the tag they stand in."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())
