"""Guided checks: a few questions with buttons, then what the answers mean, in plain words, with the law it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant.check_forms import CheckForm, CheckQuestion, Choice, usable_checks
from assistant.contract import as_json
from assistant.domain import Answer, Draft, DraftSentence, Register, Statement, Status
from assistant.presenting import Presenter
from assistant.reference import Reference, load_reference

_BANDS = 6
WEEKLY_INCOME = "{weekly-income}"
_AMOUNT = re.compile(r"^\s*[=£]?\s*(\d{1,3}(?:,?\d{3})*)(?:\.(?P<pence>\d{1,2}))?\s*$")
# What a sentence about the person says, and what it says about somebody they help.
PRONOUNS = {
    "{you}": ("you", "they"),
    "{You}": ("You", "They"),
    "{them}": ("you", "them"),
    "{your}": ("your", "their"),
    "{Your}": ("Your", "Their"),
    "{yours}": ("yours", "theirs"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A question with its choices, or the outcome.

    `answers` holds what was answered so far, by question: give it back with the next answer added. `problem` says why
    the last answer was not taken. With `takes_amount` a sum of money may be given instead of a choice.
    """

    check: str
    title: str
    answers: dict[str, str]
    number: int = 0
    question: str = ""
    text: str = ""
    help: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    takes_amount: bool = False
    problem: str = ""
    outcome: Answer | None = None


class Checks:
    """The guided checks of a corpus. Raises BadCorpus, naming file and line, when one cannot be used."""

    def __init__(self, corpus: Path, presenter: Presenter | None = None, reference: Reference | None = None) -> None:
        self._reference = reference or load_reference(corpus)
        self._presenter = presenter or Presenter(self._reference, {})
        self._forms = usable_checks(corpus)

    def names(self) -> tuple[str, ...]:
        """The names of all checks, in order."""
        return tuple(self._forms)

    def get(self, name: str) -> CheckForm:
        """A check as written. Raises KeyError for a name there is not."""
        return self._forms[name]

    def start(self, name: str) -> Step:
        """The first question. Raises KeyError for a name there is not."""
        return self.answer(name, {})

    def answer(self, name: str, answers: Mapping[str, str], register: Register = Register.PLAIN) -> Step:
        """The next question, or the outcome, after these answers (choice ids by question id).

        An answer that is not one of the choices is asked again, with the reason; answers to questions that do not
        come up are left out.
        """
        form, kept = self._forms[name], dict[str, str]()
        for question in form.questions:
            if not all(condition.holds(kept, form.groups) for condition in question.ask_if):
                continue
            shown = self._shown(question, kept)
            given = answers.get(question.id)
            taken = self._taken(shown, given) if given is not None else ""
            if not taken:
                return self._asked(form, shown, kept, given)
            kept[question.id] = taken
        return Step(name, form.title, kept, outcome=self._outcome(form, kept, register))

    def _asked(self, form: CheckForm, question: CheckQuestion, kept: dict[str, str], given: str | None) -> Step:
        problem = "" if given is None else "I did not understand that. Please pick one of the answers."
        return Step(
            form.name,
            form.title,
            kept,
            number=len(kept) + 1,
            question=question.id,
            text=question.text,
            help=tuple(statement.text for statement in question.help),
            choices=question.choices,
            takes_amount=question.bands is not None,
            problem=problem,
        )

    def _shown(self, question: CheckQuestion, kept: Mapping[str, str]) -> CheckQuestion:
        """The question as this person sees it: about them or another, with amounts for names of figures."""
        choices = tuple(Choice(c.id, self._worded(c.label, kept)) for c in question.choices)
        return replace(
            question,
            text=self._worded(question.text, kept),
            help=tuple(self._said(statement, kept) for statement in question.help),
            choices=(*choices[: question.bands_at], *self._bands(question), *choices[question.bands_at :]),
        )

    def _bands(self, question: CheckQuestion) -> Iterator[Choice]:
        if question.bands is None:
            return
        low, high = (self._pounds(name) for name in question.bands)
        width = (high - low) // _BANDS
        for n in range(_BANDS):
            start, end = low + n * width, high if n == _BANDS - 1 else low + (n + 1) * width
            yield Choice(f"up-to-{end}", f"Over £{start:,}, up to £{end:,}")

    def _taken(self, question: CheckQuestion, given: str) -> str:
        """The id of the choice given, by id or label; or an amount between the bands; empty when it is neither."""
        plain = given.strip().lower()
        for choice in question.choices:
            if plain in {choice.id.lower(), choice.label.lower()}:
                return choice.id
        amount = _AMOUNT.match(given)
        if question.bands is None or amount is None:
            return ""
        low, high = (self._pounds(name) for name in question.bands)
        # A penny over a limit is over it: pence count as a pound begun, as a step begun does for the income.
        value = int(amount[1].replace(",", "")) + (int(amount["pence"] or 0) > 0)
        if low < value <= high:
            return f"={value}"
        beside = question.bands_at - 1 if value <= low else question.bands_at + _BANDS
        return question.choices[beside].id

    def _outcome(self, form: CheckForm, kept: Mapping[str, str], register: Register) -> Answer:
        sentences = []
        for sentence in form.sentences:
            if all(condition.holds(kept, form.groups) for condition in sentence.when):
                said = self._said(sentence.statement, kept)
                sentences.append(DraftSentence(said.text, (said,), sentence.role))
        draft = Draft(Status.ANSWERED, tuple(sentences), form.contacts, composer="check")
        return self._presenter.answer(f"check-{form.name}", draft, register, ())

    def _said(self, statement: Statement, kept: Mapping[str, str]) -> Statement:
        named = statement.text.replace(
            WEEKLY_INCOME, "{capital-limit-lower} {capital-limit-upper}"
        )  # what it is made from
        figures = tuple(name for name in self._reference.figure_names(named) if name in self._reference.figures)
        return replace(statement, text=self._worded(statement.text, kept), figures=figures)

    def _worded(self, text: str, kept: Mapping[str, str]) -> str:
        """`{you}` as the person or as another, the weekly income counted for savings, and amounts for names of figures."""
        text = about(text, them=kept.get("who") == "them")
        if WEEKLY_INCOME in text:
            text = text.replace(WEEKLY_INCOME, self._weekly_income(kept.get("amount", "")))
        return self._reference.with_amounts(text)

    def _weekly_income(self, amount: str) -> str:
        """The income a week counted for savings between the limits: one step's worth for each step or part of one."""
        low, step, each = (self._pounds(name) for name in ("capital-limit-lower", "tariff-step", "tariff-income"))
        exact, value = amount.startswith("="), int(re.sub(r"\D", "", amount) or low)
        most = -(-(value - low) // step) * each
        if exact:
            return f"£{most}"
        width = (self._pounds("capital-limit-upper") - low) // _BANDS
        return f"between £{max(1, most - width // step * each + 1)} and £{most}"

    def _pounds(self, figure: str) -> int:
        return int(re.sub(r"[£,]", "", self._reference.figures[figure].amount))


def about(text: str, *, them: bool) -> str:
    """The text with `{you}`, `{them}` and `{your}` as the person, or as somebody they help."""
    for mark, words in PRONOUNS.items():
        text = text.replace(mark, words[them])
    return text


def step_json(step: Step) -> dict[str, Any]:
    """A step as plain data for a channel; the outcome is the object every answer is."""
    whole = asdict(replace(step, outcome=None))
    whole["outcome"] = as_json(step.outcome) if step.outcome is not None else None
    return whole
