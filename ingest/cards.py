"""Reads cards and next steps: plain Markdown that a person who is no programmer can write (see corpus/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import Card, Phrasing, Statement, Verdict
from assistant.header import Header, read_header
from assistant.marks import Marked, Problem, read_marked

_HEADER_NAMES = {"id", "title", "topics", "kind", "asked", "next", "contacts", "letters"}
KINDS = ("answer", "myth", "not-in-force", "procedure", "digest")
_SECTIONS = {"what to do": "todo", "easy": "easy", "staff": "staff"}
_SUFFIXES = {"yes": Verdict.YES, "no": Verdict.NO, "depends": Verdict.DEPENDS, "-": Verdict.NONE}
_PHRASING = re.compile(r"^(?P<text>.*?)\s*(?:\[(?P<verdict>yes|no|depends|-)\])?$", re.DOTALL)
_VERDICT = re.compile(r"^\*\*(?P<word>Yes|No|It depends)[.,:]?\*\*\s*")
_NOT_WORDS = re.compile(r"[^a-z0-9 ]")
_NAME = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


@dataclass(slots=True)
class CardFile:
    """A card as read, with what must be changed before it can be used. `card` is None when it cannot be used at all."""

    file: str
    card: Card | None
    problems: list[Problem] = field(default_factory=list)
    statement_lines: dict[str, int] = field(default_factory=dict)


def read_cards(corpus: Path) -> Iterator[CardFile]:
    """Every card under `corpus/cards`, in the order of their paths."""
    for path in sorted((corpus / "cards").rglob("*.md")):
        yield read_card(path, path.relative_to(corpus).as_posix())


def read_card(path: Path, name: str) -> CardFile:
    """One card file. Problems are gathered, never raised, so that one slip does not hide the next."""
    result = CardFile(name, None)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # editors on Windows put a mark (BOM) before the text
    except UnicodeDecodeError as exc:
        result.problems.append(
            Problem(name, 1, f"not UTF-8 text ({exc.reason} at byte {exc.start}): save the file as UTF-8.")
        )
        return result
    header = read_header(lines, name, result.problems, allowed=_HEADER_NAMES)
    if header is None:
        return result
    _check_header(header, path.stem, name, result.problems)
    sections = _read_body(lines, header.body_line, name, result)
    verdict, sections["lead"] = _take_verdict(sections["lead"])
    if not sections["lead"]:
        result.problems.append(
            Problem(name, header.body_line, "no answer: start the body with a marked sentence that answers the title.")
        )
        return result
    if not sections["lead"][0].text:
        result.problems.append(
            Problem(
                name,
                sections["lead"][0].line,
                f"the answer has only a verdict: write a sentence after '{verdict.value}.' that is true without it.",
            )
        )
        return result
    card_id = header.one("id") or path.stem
    made = {part: tuple(_statements(card_id, part, marked, result)) for part, marked in sections.items()}
    result.card = Card(
        id=card_id,
        title=header.one("title"),
        topics=header.many("topics"),
        kind=header.one("kind") or "answer",
        verdict=verdict,
        asked=tuple(_phrasing(text, verdict) for text in header.many("asked")),
        next=header.many("next"),
        contacts=header.many("contacts"),
        letters=header.many("letters"),
        **made,
    )
    return result


def shared_ids(files: Iterable[CardFile]) -> Iterator[Problem]:
    """Cards that have an id another card has too."""
    seen: dict[str, str] = {}
    for file in files:
        if file.card and file.card.id in seen:
            yield Problem(
                file.file, 1, f"id '{file.card.id}' is also used by {seen[file.card.id]}: rename one of them."
            )
        elif file.card:
            seen[file.card.id] = file.file


def shared_phrasings(files: Iterable[CardFile]) -> Iterator[Problem]:
    """A problem for every phrasing that stands twice, in one card or in two."""
    seen: dict[str, str] = {}
    for file in files:
        for phrasing in file.card.asked if file.card else ():
            key = same_as(phrasing.text)
            if key in seen:
                where = "twice in this card" if seen[key] == file.file else f"also in {seen[key]}"
                yield Problem(
                    file.file, 1, f"the phrasing '{phrasing.text[:60]}' stands {where}: word one of them differently."
                )
            seen[key] = file.file


def same_as(text: str) -> str:
    """A phrasing without its capitals, signs and spaces: two that give the same are the same phrasing."""
    return " ".join(_NOT_WORDS.sub(" ", text.lower()).split())


def _check_header(header: Header, stem: str, name: str, problems: list[Problem]) -> None:
    for needed in ("id", "title", "topics", "asked"):
        if not header.values.get(needed):
            problems.append(Problem(name, 1, f"the header has no '{needed}': add a line '{needed}: …'."))
    if header.one("id") and (header.one("id") != stem or not _NAME.match(stem)):
        line = header.lines.get("id", 1)
        problems.append(
            Problem(
                name,
                line,
                f"id '{header.one('id')}' must equal the file name '{stem}' (small letters, digits, hyphens).",
            )
        )
    if (kind := header.one("kind") or "answer") not in KINDS:
        problems.append(
            Problem(name, header.lines["kind"], f"kind '{kind}' is unknown: use one of {', '.join(KINDS)}.")
        )


def _read_body(lines: Sequence[str], start: int, name: str, result: CardFile) -> dict[str, list[Marked]]:
    """Marked sentences by part. A paragraph or list item may run over several lines; the mark ends each sentence."""
    parts: dict[str, list[Marked]] = {"lead": [], "points": [], "todo": [], "easy": [], "staff": []}
    part, block, block_line = "lead", list[str](), start

    def close() -> None:
        if block:
            target = "points" if part == "lead" and block[0].startswith("- ") else part
            text = " ".join(block).removeprefix("- ")
            parts[target].extend(read_marked(text, name, block_line, result.problems))
            block.clear()

    for number, line in enumerate(lines[start - 1 :], start):
        stripped = line.strip()
        if stripped.startswith("## "):
            close()
            part = _SECTIONS.get(stripped[3:].strip().lower(), "")
            if not part:
                result.problems.append(
                    Problem(
                        name,
                        number,
                        f"'{stripped}' is not a known heading: use '## What to do', '## Easy' or '## Staff'.",
                    )
                )
                part = "points"
        elif not stripped:
            close()
        else:
            if stripped.startswith("- "):
                close()
            if not block:
                block_line = number
            block.append(stripped)
    close()
    return parts


def _take_verdict(lead: list[Marked]) -> tuple[Verdict, list[Marked]]:
    """The bold word the first sentence opens with, and the lead without it."""
    if not lead or not (match := _VERDICT.match(lead[0].text)):
        return Verdict.NONE, lead
    first = lead[0]
    rest = first.text[match.end() :]
    opened = Marked(rest[:1].upper() + rest[1:], first.force, first.places, first.line)
    return Verdict(match["word"]), [opened, *lead[1:]]


def _statements(card_id: str, part: str, marked: Sequence[Marked], result: CardFile) -> Iterator[Statement]:
    for n, m in enumerate(marked, 1):
        statement = Statement(f"{card_id}#{part}.{n}", m.text.replace("**", ""), m.force, m.places)
        result.statement_lines[statement.id] = m.line
        yield statement


def _phrasing(text: str, verdict: Verdict) -> Phrasing:
    match = _PHRASING.match(text)
    if match is None or match["verdict"] is None:
        return Phrasing(text, verdict)
    return Phrasing(match["text"], _SUFFIXES[match["verdict"]])
