"""Reads the guided checks of `corpus/checks`: questions with choices, and sentences with the answers they fit.

A check is data: which question comes next, and what is said at the end, follow from conditions such as `illness=yes`,
`place=home|short`, `yes(daily)>=2` (how many of a group were answered yes) and `maybe(daily)>=2` (yes or not sure).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.domain import Statement
from assistant.errors import BadCorpus
from assistant.marks import Problem, read_marked

_CONDITION = re.compile(
    r"^(?:(?P<count>yes|maybe)\((?P<group>[a-z-]+)\)|(?P<question>[a-z-]+))\s*(?P<op>>=|<|!=|=)\s*(?P<value>[\w|-]+)$"
)
YES_NO = (("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure"))
ROLES = ("verdict", "point", "say", "next")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a person can pick."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is so, or not, for the answers given so far."""

    text: str
    question: str = ""
    count: str = ""
    group: str = ""
    op: str = "="
    value: str = ""

    def holds(self, answers: Mapping[str, str], groups: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is so. A question that was not asked equals nothing."""
        if self.group:
            wanted = {"yes"} if self.count == "yes" else {"yes", "unsure"}
            reached = sum(answers.get(question) in wanted for question in groups.get(self.group, ()))
            return reached >= int(self.value) if self.op == ">=" else reached < int(self.value)
        same = answers.get(self.question, "") in self.value.split("|")
        return same if self.op == "=" else not same


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """A question with its choices. `bands` names two figures: amounts between them are offered before choice `bands_at`."""

    id: str
    text: str
    choices: tuple[Choice, ...]
    help: tuple[Statement, ...] = ()
    group: str = ""
    bands: tuple[str, str] | None = None
    bands_at: int = 0
    ask_if: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSentence:
    """A sentence of the outcome, said when every condition holds."""

    statement: Statement
    role: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckForm:
    """A guided check as written in the corpus."""

    name: str
    title: str
    about: str
    questions: tuple[CheckQuestion, ...]
    sentences: tuple[CheckSentence, ...]
    contacts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The questions of each group, by its name."""
        named = dict.fromkeys(question.group for question in self.questions if question.group)
        return {group: tuple(q.id for q in self.questions if q.group == group) for group in named}

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every marked sentence: explanations of questions, then outcomes."""
        return (*(s for q in self.questions for s in q.help), *(s.statement for s in self.sentences))


@dataclass(slots=True)
class CheckFile:
    """A check as read, with what must be changed. `form` is None when it cannot be used at all."""

    file: str
    form: CheckForm | None
    problems: list[Problem] = field(default_factory=list)
    statement_lines: dict[str, int] = field(default_factory=dict)


def read_checks(corpus: Path) -> Iterator[CheckFile]:
    """Every check of `corpus/checks`, in the order of their names."""
    for path in sorted((corpus / "checks").glob("*.toml")):
        yield _Reader(path, path.relative_to(corpus).as_posix()).read()


def usable_checks(corpus: Path) -> dict[str, CheckForm]:
    """The checks by name. Raises BadCorpus, naming file and line, when one cannot be used."""
    files = list(read_checks(corpus))
    problems = [problem for file in files for problem in file.problems]
    if problems:
        listed = "\n".join(f"  {corpus / p.file}:{p.line}: {p.message}" for p in problems[:20])
        raise BadCorpus(f"{len(problems)} things to mend in the guided checks:\n{listed}")
    return {file.form.name: file.form for file in files if file.form is not None}


class _Reader:
    def __init__(self, path: Path, file: str) -> None:
        self.path, self.result, self.lines = path, CheckFile(file, None), list[str]()

    def read(self) -> CheckFile:
        try:
            text = self.path.read_text(encoding="utf-8-sig")
            raw = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            self.problem(f"not well-formed: {exc}. Mend that line and try again.")
            return self.result
        self.lines = text.splitlines()
        try:
            self.result.form = self._form(raw)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            self.problem(f"cannot be used: {type(exc).__name__} {exc}. Compare it with another check.")
        return self.result

    def problem(self, message: str, line: int = 1) -> None:
        self.result.problems.append(Problem(self.result.file, line, message))

    def _form(self, raw: Mapping[str, Any]) -> CheckForm:
        questions = tuple(self._question(entry) for entry in raw["question"])
        return CheckForm(
            name=self.path.stem,
            title=raw["title"],
            about=raw["about"],
            questions=questions,
            sentences=tuple(s for n, entry in enumerate(raw["say"], 1) for s in self._sentences(n, entry)),
            contacts=tuple(raw.get("contacts", ())),
            words=tuple(raw.get("words", ())),
            topics=tuple(raw.get("topics", ())),
        )

    def _question(self, raw: Mapping[str, Any]) -> CheckQuestion:
        choices = raw.get("choices") or [{"id": key, "label": label} for key, label in YES_NO]
        banded = next((n for n, choice in enumerate(choices) if "bands" in choice), None)
        low_high = choices[banded]["bands"] if banded is not None else None
        return CheckQuestion(
            id=raw["id"],
            text=raw["text"],
            choices=tuple(Choice(choice["id"], choice["label"]) for choice in choices if "bands" not in choice),
            help=tuple(self._statements(f"check:{self.path.stem}#{raw['id']}", raw.get("help", ()))),
            group=raw.get("group", ""),
            bands=(low_high[0], low_high[1]) if low_high else None,
            bands_at=banded or 0,
            ask_if=tuple(self._condition(text) for text in raw.get("ask_if", ())),
        )

    def _sentences(self, n: int, raw: Mapping[str, Any]) -> Iterator[CheckSentence]:
        role = raw.get("role", "point")
        if role not in ROLES:
            self.problem(f"role '{role}' is unknown: use one of {', '.join(ROLES)}.")
        when = tuple(self._condition(text) for text in raw.get("when", ()))
        for statement in self._statements(f"check:{self.path.stem}#say.{n}", raw["text"]):
            yield CheckSentence(statement, role, when)

    def _statements(self, key: str, texts: Sequence[str]) -> Iterator[Statement]:
        count = 0
        for text in [texts] if isinstance(texts, str) else texts:
            line = next((n for n, at in enumerate(self.lines, 1) if text[:40] in at), 1)
            for marked in read_marked(text, self.result.file, line, self.result.problems):
                count += 1
                statement = Statement(f"{key}.{count}", marked.text, marked.force, marked.places)
                self.result.statement_lines[statement.id] = line
                yield statement

    def _condition(self, text: str) -> Condition:
        match = _CONDITION.match(text)
        if match is None or bool(match["group"]) != (match["op"] in {">=", "<"}):
            raise ValueError(f"'{text}' is not a condition: write illness=yes, place=home|short or yes(daily)>=2")
        return Condition(
            text, match["question"] or "", match["count"] or "", match["group"] or "", match["op"], match["value"]
        )
