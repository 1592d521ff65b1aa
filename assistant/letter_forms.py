"""Reads the letters of `corpus/letters`: a header with the gaps to fill, and a body whose legal lines carry marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import LetterField, Statement
from assistant.errors import BadCorpus
from assistant.header import Header, read_header
from assistant.marks import MARK, Problem, read_marked

_HEADER_NAMES = {"id", "title", "when", "fields", "words", "topics", "contacts"}
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=[A-Z{“\"])")
GAP = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the letter's text. With a `statement`, it is a sentence that rests on the law."""

    text: str
    line: int
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class LetterForm:
    """A letter with its gaps open. `words` are what people say when this is the letter they want."""

    name: str
    title: str
    when: str
    fields: tuple[LetterField, ...]
    words: tuple[str, ...]
    topics: tuple[str, ...]
    contacts: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences that rest on the law, in order."""
        return tuple(part.statement for part in self.parts if part.statement is not None)


@dataclass(slots=True)
class LetterFile:
    """A letter as read, with what must be changed. `form` is None when it cannot be used at all."""

    file: str
    form: LetterForm | None
    problems: list[Problem] = field(default_factory=list)
    statement_lines: dict[str, int] = field(default_factory=dict)


def read_letters(corpus: Path) -> Iterator[LetterFile]:
    """Every letter of `corpus/letters`, in the order of their names."""
    for path in sorted((corpus / "letters").glob("*.md")):
        yield _read_letter(path, path.relative_to(corpus).as_posix())


def usable_letters(corpus: Path) -> Iterator[LetterForm]:
    """The letters in order. Raises BadCorpus, naming file and line, when one cannot be used."""
    problems = []
    for file in read_letters(corpus):
        problems += [problem for problem in file.problems if not problem.warning]
        if file.form is not None:
            yield file.form
    if problems:
        listed = "\n".join(f"  {corpus / p.file}:{p.line}: {p.message}" for p in problems[:20])
        raise BadCorpus(f"{len(problems)} things to mend in the letters:\n{listed}")


def _read_letter(path: Path, name: str) -> LetterFile:
    result = LetterFile(name, None)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        result.problems.append(Problem(name, 1, f"not UTF-8 text ({exc.reason}): save the file as UTF-8."))
        return result
    header = read_header(lines, name, result.problems, allowed=_HEADER_NAMES)
    if header is None:
        return result
    fields = tuple(_fields(header, name, result.problems))
    parts = tuple(_parts(lines, header.body_line, path.stem, result))
    _check(header, path.stem, fields, parts, result)
    result.form = LetterForm(
        name=path.stem,
        title=header.one("title"),
        when=header.one("when"),
        fields=fields,
        words=header.many("words"),
        topics=header.many("topics"),
        contacts=header.many("contacts"),
        parts=parts,
    )
    return result


def _fields(header: Header, file: str, problems: list[Problem]) -> Iterator[LetterField]:
    """`name: what stands in the gap | The question that fills it?`"""
    for text in header.many("fields"):
        name, _, rest = text.partition(":")
        label, bar, question = (part.strip() for part in rest.partition("|"))
        if not label or not bar or not question.endswith("?"):
            problems.append(
                Problem(
                    file,
                    header.lines.get("fields", 1),
                    f"the field '{name}' must read 'name: what stands in the gap | The question that fills it?'",
                    warning=bool(label),
                )
            )
        yield LetterField(name.strip(), label, question or f"What should be written here: {label}?")


def _parts(lines: Sequence[str], start: int, name: str, result: LetterFile) -> Iterator[Part]:
    count = 0
    for number, line in enumerate(lines[start - 1 :], start):
        end = 0
        for mark in MARK.finditer(line):
            before, sentence = _last_sentence(line[end : mark.start()].strip())
            if before:
                yield Part(before + " ", number)
            end = mark.end()
            for marked in read_marked(f"{sentence} {mark[0]}", result.file, number, result.problems):
                count += 1
                statement = Statement(f"letter:{name}#{count}", marked.text, marked.force, marked.places)
                result.statement_lines[statement.id] = number
                yield Part(marked.text, number, statement)
            if line[end:].strip():
                yield Part(" ", number)
        yield Part(line[end:].strip() + "\n", number)


def _last_sentence(text: str) -> tuple[str, str]:
    """What stands before the last sentence, and that sentence: a mark speaks for one sentence."""
    *before, last = _SENTENCE_END.split(text)
    return " ".join(before), last


def _check(header: Header, stem: str, fields: Sequence[LetterField], parts: Sequence[Part], result: LetterFile) -> None:
    def problem(message: str, line: int = 1, *, warning: bool = False) -> None:
        result.problems.append(Problem(result.file, line, message, warning))

    for needed in ("id", "title", "when", "fields", "words"):
        if not header.values.get(needed):
            problem(f"the header has no '{needed}': add a line '{needed}: …'.", warning=needed == "words")
    if header.one("id") != stem:
        problem(f"id '{header.one('id')}' must equal the file name '{stem}'.", header.lines.get("id", 1))
    named, used = {f.name for f in fields}, set[str]()
    for part in parts:
        for gap in GAP.findall(part.text):
            used.add(gap)
            if gap not in named:
                problem(f"{{{gap}}} is not among the fields of the header: add it there, or mend the name.", part.line)
            if part.statement is not None:
                problem(f"{{{gap}}} stands in a sentence that rests on the law: nobody could check it.", part.line)
    for unused in sorted(named - used):
        problem(f"the field '{unused}' has no gap {{{unused}}} in the body.", header.lines.get("fields", 1))
