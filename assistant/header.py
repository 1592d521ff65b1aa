"""The lines between two `---` at the head of a card or letter: `name: value`, or `name:` and lines that start with `- `.

Not YAML, so that colons and quotation marks in what people ask need no care.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.marks import Problem

_LISTS = {"topics", "next", "contacts", "letters", "words"}


@dataclass(frozen=True, slots=True)
class Header:
    """The lines between the two `---`, and the line where the body starts. Values are lists; `lines` says where."""

    values: dict[str, list[str]]
    lines: dict[str, int]
    body_line: int

    def one(self, name: str) -> str:
        return " ".join(self.values.get(name, []))

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name, []))


def read_header(lines: Sequence[str], name: str, problems: list[Problem], allowed: set[str]) -> Header | None:
    """The header of a card or letter, or None (with a problem) when its fences are missing."""
    if not lines or lines[0].strip() != "---":
        problems.append(Problem(name, 1, "the file must open with a line of three hyphens (---), then the header."))
        return None
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        problems.append(
            Problem(name, 1, "the header never ends: put a line of three hyphens (---) after its last line.")
        )
        return None
    header = Header({}, {}, end + 2)
    current = ""
    for number, line in enumerate(lines[1:end], 2):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("- ") and current and line[:1] in {" ", "-"}:
            header.values[current].append(_unquoted(stripped[2:]))
            continue
        key, colon, value = stripped.partition(":")
        if not colon or key not in allowed:
            known = ", ".join(sorted(allowed))
            problems.append(
                Problem(
                    name, number, f"'{stripped[:50]}' is not a header line: start it with one of {known}, or with '- '."
                )
            )
            continue
        current = key
        header.lines[key] = number
        header.values[key] = inline_list(value.strip(), split=key in _LISTS)
    return header


def inline_list(value: str, *, split: bool) -> list[str]:
    """The values on a header line itself: names with commas (in brackets or not) when `split`, else the one text."""
    if split:
        return [_unquoted(item.strip()) for item in value.strip("[]").split(",") if item.strip()]
    return [_unquoted(value)] if value else []


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
