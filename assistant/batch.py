"""Answers a file of questions, one JSON object a line, and can go on where it stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.assistant import Assistant
from assistant.contract import as_json
from assistant.domain import Register
from assistant.errors import BadSource


class BatchLine(BaseModel):
    """A line of the input: `question`, or `turns` of which the last is asked. Other fields are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    question: str = ""
    turns: tuple[str, ...] = ()
    worded: Register = Field(Register.PLAIN, alias="register")

    @property
    def asked(self) -> tuple[str, tuple[str, ...]]:
        """The message, and what was said before it."""
        return (self.turns[-1], self.turns[:-1]) if self.turns else (self.question, ())


def read_batch(path: Path) -> list[BatchLine]:
    """The lines of a batch file. Raises BadSource naming the line that cannot be read; nothing is answered then."""
    lines: list[BatchLine] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadSource(
            f"{path} cannot be read: {exc}. Give --batch a UTF-8 file with one JSON object a line."
        ) from exc
    for number, line in enumerate(text.split("\n"), 1):  # splitlines() would cut at U+2028, which JSON allows in a text
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
    """Answer what `out` does not hold yet, appending one line each; yields each object as it is written.

    Raises BadSource when `out` cannot be read or written.
    """
    try:
        done = _already_answered(out)
        sink = out.open("a", encoding="utf-8")
    except OSError as exc:
        raise BadSource(f"{out} cannot be used: {exc}. Give --out a file in a folder that exists.") from exc
    with sink:
        for line in lines:
            if done[line.id]:
                done[line.id] -= 1  # an id that stands twice in the input is answered twice
                continue
            message, history = line.asked
            answered = as_json(assistant.answer(message, history, line.worded, line.id))
            sink.write(json.dumps(answered, ensure_ascii=False) + "\n")
            sink.flush()
            yield answered


_OPENS = b'{"id": '  # every answer


def _already_answered(out: Path) -> Counter[str | None]:
    """How often each id stands in an earlier output. A last line cut off by a crash is dropped, so that it is answered again.

    Raises BadSource for a file that holds anything else: it may be somebody's only copy.
    """
    if not out.exists():
        return Counter()
    held = out.read_bytes()  # bytes: a cut may fall inside a letter
    *lines, last = held.split(b"\n")
    done = Counter(map(_answer_id, filter(bytes.strip, lines)))
    if None in done or not (last.startswith(_OPENS) or _OPENS.startswith(last)):
        raise BadSource(f"{out} holds more than answers. Give --out a new file, or one that an earlier --batch wrote.")
    if not last:
        return done
    if (key := _answer_id(last)) is not None:  # only its line end was cut off
        done[key] += 1
        lines.append(last)
    aside = out.with_name(out.name + ".new")
    aside.write_bytes(b"".join(line + b"\n" for line in lines))
    aside.replace(out)
    return done


def _answer_id(line: bytes) -> str | None:
    """The id of an answer; None when the line is none."""
    try:
        raw = json.loads(line)
        return str(raw["id"]) if "status" in raw else None
    except (ValueError, KeyError, TypeError):
        return None
