"""Answers a file of questions, one JSON object a line, and can go on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.assistant import Assistant
from assistant.domain import Register
from assistant.errors import BadSource
from assistant.presenting import as_json


class BatchLine(BaseModel):
    """A line of the input: `question`, or `turns` of which the last is asked. Other fields are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    question: str = ""
    turns: tuple[str, ...] = ()
    register: Register = Register.PLAIN

    @property
    def asked(self) -> tuple[str, tuple[str, ...]]:
        """The message, and what was said before it."""
        return (self.turns[-1], self.turns[:-1]) if self.turns else (self.question, ())


def read_batch(path: Path) -> list[BatchLine]:
    """The lines of a batch file. Raises BadSource naming the line that cannot be read; nothing is answered then."""
    lines: list[BatchLine] = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadSource(
            f"{path} cannot be read: {exc}. Give --batch a UTF-8 file with one JSON object a line."
        ) from exc
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            lines.append(BatchLine.model_validate_json(line))
        except ValidationError as exc:
            reason = exc.errors()[0]["msg"]
            raise BadSource(
                f'{path}:{number}: {reason}. Each line is an object with "id" and "question" or "turns".'
            ) from exc
    return lines


def answer_batch(assistant: Assistant, lines: list[BatchLine], out: Path) -> Iterator[dict[str, Any]]:
    """Answer what `out` does not hold yet, appending one line each; yields each object as it is written."""
    done = _already_answered(out)
    with out.open("a", encoding="utf-8") as sink:
        for line in lines:
            if line.id in done:
                continue
            message, history = line.asked
            answered = as_json(assistant.answer(message, history, line.register, line.id))
            sink.write(json.dumps(answered, ensure_ascii=False) + "\n")
            sink.flush()
            yield answered


def _already_answered(out: Path) -> set[str]:
    """Ids in an earlier output. A last line cut off by a crash is dropped, so that it is answered again."""
    if not out.exists():
        return set()
    done, whole = set[str](), list[str]()
    for line in out.read_text(encoding="utf-8").splitlines():
        try:
            done.add(json.loads(line)["id"])
            whole.append(line)
        except (json.JSONDecodeError, KeyError, TypeError):
            continue
    out.write_text("".join(line + "\n" for line in whole), encoding="utf-8")
    return done
