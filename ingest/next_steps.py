"""Reads `corpus/next-steps.md`: things a person can do next, written once and drawn in by cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import NextStep, Statement
from assistant.errors import BadCorpus
from assistant.header import inline_list
from assistant.marks import Problem, read_marked

FILE = "next-steps.md"


@dataclass(slots=True)
class _Written:
    """A next step as it stands in the file."""

    name: str
    line: int
    body: list[str] = field(default_factory=list)
    easy: list[str] = field(default_factory=list)
    contacts: tuple[str, ...] = ()


def read_next_steps(corpus: Path) -> tuple[dict[str, NextStep], list[Problem]]:
    """The next steps of `corpus/next-steps.md` by name, and what must be changed there.

    Raises BadCorpus when the file is missing or is not text.
    """
    try:
        lines = (corpus / FILE).read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise BadCorpus(f"{corpus / FILE} is missing. Restore it, or set CARE_ACT_CORPUS to a whole corpus.") from None
    except UnicodeDecodeError as exc:
        raise BadCorpus(f"{corpus / FILE} is not UTF-8 text ({exc.reason}). Save it as UTF-8.") from exc
    problems: list[Problem] = []
    steps = {}
    for written in _written(lines):
        plain = _statements(written.name, written.body, written.line, problems)
        easy = _statements(f"{written.name}#easy", written.easy, written.line, problems)
        steps[written.name] = NextStep(written.name, plain, written.contacts, easy)
    return steps, problems


def _written(lines: Sequence[str]) -> Iterator[_Written]:
    step: _Written | None = None
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            if step is not None:
                yield step
            step = _Written(line[3:].strip(), number)
        elif step is not None and line.startswith("contacts:"):
            step.contacts = tuple(inline_list(line.partition(":")[2].strip(), split=True))
        elif step is not None and line.startswith("easy:"):
            step.easy.append(line.partition(":")[2].strip())
        elif step is not None and line.strip():
            step.body.append(line.strip())
    if step is not None:
        yield step


def _statements(key: str, lines: Sequence[str], start: int, problems: list[Problem]) -> tuple[Statement, ...]:
    marked = read_marked(" ".join(lines), FILE, start, problems)
    return tuple(Statement(f"next:{key}#{n}", m.text, m.force, m.places) for n, m in enumerate(marked, 1))
