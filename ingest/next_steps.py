"""Reads `corpus/next-steps.md`: things a person can do next, written once and drawn in by cards."""

from __future__ import annotations

from pathlib import Path

from assistant.domain import NextStep, Statement
from assistant.errors import BadCorpus
from assistant.header import inline_list
from assistant.marks import Problem, read_marked


def read_next_steps(corpus: Path) -> tuple[dict[str, NextStep], list[Problem]]:
    """The next steps of `corpus/next-steps.md` by name, and what must be changed there.

    Raises BadCorpus when the file is missing or is not text.
    """
    file, steps, problems = "next-steps.md", {}, list[Problem]()
    name, body, contacts, start = "", list[str](), tuple[str, ...](), 0

    def close() -> None:
        if not name:
            return
        marked = tuple(read_marked(" ".join(body), file, start, problems))
        statements = tuple(Statement(f"next:{name}#{n}", m.text, m.force, m.places) for n, m in enumerate(marked, 1))
        steps[name] = NextStep(name, statements, contacts)

    try:
        lines = (corpus / file).read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise BadCorpus(f"{corpus / file} is missing. Restore it, or set CARE_ACT_CORPUS to a whole corpus.") from None
    except UnicodeDecodeError as exc:
        raise BadCorpus(f"{corpus / file} is not UTF-8 text ({exc.reason}). Save it as UTF-8.") from exc
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            close()
            name, body, contacts, start = line[3:].strip(), [], (), number
        elif name and line.startswith("contacts:"):
            contacts = tuple(inline_list(line.partition(":")[2].strip(), split=True))
        elif name and line.strip():
            body.append(line.strip())
    close()
    return steps, problems
