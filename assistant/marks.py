"""Marked sentences: `Money does not count. [must care-act-2014 s.10(4)(b)]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain import Force, Place
from assistant.places import parse_ref

_FORCES = "|".join(force.value for force in Force)
MARK = re.compile(rf"\[(?P<force>{_FORCES})\b(?P<places>[^\]]*)\]")
_NEAR_MARK = re.compile(r"\[(?P<inside>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to change: where, what is wrong, and what to do. `warning` does not fail the audit."""

    file: str
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with its mark, and the line it starts on."""

    text: str
    force: Force
    places: tuple[Place, ...]
    line: int


def read_marked(text: str, file: str, line: int, problems: list[Problem]) -> Iterator[Marked]:
    """The marked sentences of a paragraph, in order. What cannot be read is added to `problems`."""
    end = 0
    for match in MARK.finditer(text):
        sentence = " ".join(text[end : match.start()].split())
        end = match.end()
        if not sentence:
            problems.append(
                Problem(file, line, f"the mark {match[0]} has no sentence before it: delete it or write one.")
            )
            continue
        places = tuple(_places(match["places"], file, line, problems))
        force = Force(match["force"])
        if not places and force is not Force.ADVICE:
            problems.append(
                Problem(file, line, f"{match[0]} names no place: write it as [{force} care-act-2014 s.10(1)].")
            )
        yield Marked(sentence, force, places, line)
    rest = " ".join(text[end:].split())
    if rest:
        near = _NEAR_MARK.search(rest)
        hint = f"'{near[0]}' is not a mark: it must open with one of {_FORCES.replace('|', ', ')}." if near else ""
        problems.append(
            Problem(
                file, line, f"no mark after '{_short(rest)}'. {hint or 'End the sentence with one, such as [advice].'}"
            )
        )


def _places(text: str, file: str, line: int, problems: list[Problem]) -> Iterator[Place]:
    for group in filter(None, (part.strip() for part in text.split(";"))):
        source, _, refs = group.partition(" ")
        if not refs.strip():
            problems.append(
                Problem(file, line, f"'{group}' names a source without a place: add one, such as s.10(1) or page.")
            )
        schedule = ""
        for ref in filter(None, (" ".join(part.split()) for part in refs.split(","))):
            if ref.startswith("para.") and schedule:
                ref = f"{schedule} {ref}"  # "sch.2 para.4, para.5" goes on in the same schedule
            schedule = ref.partition(" ")[0] if ref.startswith("sch.") else ""
            if parse_ref(ref) is None:
                problems.append(
                    Problem(
                        file,
                        line,
                        f"'{ref}' is not a place: write s.10(1), reg.2(1), sch.1 para.5, ch.6, annex.A or page.",
                    )
                )
                continue
            yield Place(source, ref)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
