"""Holds letters, guided checks and next steps to the rules cards are held to (`care-act ingest audit`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from assistant.check_forms import CheckFile, CheckForm, read_checks
from assistant.checks import WEEKLY_INCOME, about
from assistant.domain import Card, NextStep
from assistant.ear import RECORD_FILE, read_ear
from assistant.letter_forms import LetterFile, read_letters
from assistant.marks import Problem
from assistant.narrowing import FILE, bare, load_narrowing
from ingest.checker import Checker
from ingest.hearing import digest_of_messages, read_messages

LETTER_WORDS = 30  # a letter to a council may run a little longer than what is read on a phone
# A line of a letter that speaks of the law must say where the law says it.
_LAW = re.compile(
    r"\b(?:section|regulation|schedule) \d|\b(?:by|under) (?:the )?law\b|\b(?:Act|Regulations) 20\d\d\b|"
    r"\b(?:the council|you|it) (?:must|may not|has a duty|have a duty|is required)\b|\b(?:my|a|the|legal) (?:legal )?right to\b"
)
_RANK = {"yes": 0, "unsure": 1, "no": 2}


def letter_problems(corpus: Path, checker: Checker) -> Iterator[Problem]:
    """Everything wrong with the letters."""
    for file in read_letters(corpus):
        yield from (replace(problem, warning=False) for problem in file.problems)  # here a gap without a question fails
        if file.form is not None:
            yield from checker.statements(file.file, file.form.statements, file.statement_lines, LETTER_WORDS)
            yield from _plain_lines(file, checker)
            yield from checker.names(file.file, topic=file.form.topics, contact=file.form.contacts)


def _plain_lines(file: LetterFile, checker: Checker) -> Iterator[Problem]:
    for part in file.form.parts if file.form else ():
        if part.statement is not None:
            continue
        yield from (Problem(file.file, part.line, message) for message in checker.bare(part.text))
        if law := _LAW.search(part.text):
            yield Problem(
                file.file, part.line, f"'{law[0]}' speaks of the law without a mark: end the sentence with one."
            )


def check_problems(corpus: Path, checker: Checker) -> Iterator[Problem]:
    """Everything wrong with the guided checks, also a set of answers that would end in silence."""
    for file in read_checks(corpus):
        yield from file.problems
        if file.form is None:
            continue
        said = [replace(s, text=_as_said(s.text)) for s in file.form.statements]
        yield from checker.statements(file.file, said, file.statement_lines)
        for question in file.form.questions:
            for text in (question.text, *(choice.label for choice in question.choices)):
                yield from (Problem(file.file, 1, message) for message in checker.bare(_as_said(text)))
        yield from checker.names(file.file, topic=file.form.topics, contact=file.form.contacts)
        yield from _silences(file, file.form)


def step_problems(steps: Mapping[str, NextStep], checker: Checker) -> Iterator[Problem]:
    """Everything wrong with the next steps, in both their forms."""
    for step in steps.values():
        yield from checker.statements("next-steps.md", (*step.statements, *step.easy), {})
        if not step.easy:
            yield Problem("next-steps.md", 1, f"'{step.name}' has no easy form: add a line 'easy: …'.")
        yield from checker.names("next-steps.md", contact=step.contacts)


def narrowing_problems(corpus: Path, cards: Iterable[Card], checker: Checker) -> Iterator[Problem]:
    """Everything wrong with the questions asked back: hard words, and choices that no card has as a phrasing."""
    known = {bare(phrasing.text) for card in cards for phrasing in card.asked}
    for ask in load_narrowing(corpus).asks:
        yield from (Problem(FILE, 1, f"{ask.name}: {message}") for message in checker.bare(ask.text))
        for choice in ask.choices:
            if bare(choice) not in known:
                yield Problem(
                    FILE,
                    1,
                    f"{ask.name}: no card is asked '{choice}'. Add it to the `asked` of the card that answers it.",
                )


def ear_problems(corpus: Path) -> Iterator[Problem]:
    """An ear that was made from other messages than the ones there are: a warning, for it still hears what it was taught."""
    ear = read_ear(corpus)
    if ear is not None and ear.messages != digest_of_messages(read_messages(corpus)):
        yield Problem(
            RECORD_FILE,
            1,
            "messages/ changed since this ear was made: `care-act ingest tune` makes it anew.",
            warning=True,
        )


def ways_through(form: CheckForm) -> Iterator[dict[str, str]]:
    """Every set of answers that ends a check; within a group only how many were answered yes or not sure differs."""
    yield from _further(form, 0, {})


def _further(form: CheckForm, at: int, answers: dict[str, str]) -> Iterator[dict[str, str]]:
    if at == len(form.questions):
        yield answers
        return
    question = form.questions[at]
    if not all(condition.holds(answers, form.groups) for condition in question.ask_if):
        yield from _further(form, at + 1, answers)
        return
    before = [_RANK[answers[other]] for other in form.groups.get(question.group, ()) if other in answers]
    ids = [choice.id for choice in question.choices] + (["up-to-0"] if question.bands else [])
    for choice in ids:
        if not question.group or _RANK[choice] >= max(before, default=0):
            yield from _further(form, at + 1, {**answers, question.id: choice})


def _silences(file: CheckFile, form: CheckForm) -> Iterator[Problem]:
    """Answers after which nothing would be said outright, or nothing to do would be named."""
    wanting: dict[str, dict[str, str]] = {}
    for answers in ways_through(form):
        roles = {s.role for s in form.sentences if all(c.holds(answers, form.groups) for c in s.when)}
        for role in {"verdict", "next"} - roles:
            wanting.setdefault(role, answers)
    for role, answers in wanting.items():
        given = ", ".join(f"{question}={choice}" for question, choice in answers.items())
        yield Problem(file.file, 1, f"no sentence of role '{role}' for {given}: add one for these answers.")


def _as_said(text: str) -> str:
    return about(text, them=False).replace(WEEKLY_INCOME, "some income")
