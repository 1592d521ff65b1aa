"""An answer as data: the object that `care-act ask --json`, each line of a batch and the API give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from assistant.domain import Answer, Sentence
from assistant.presenting import as_text


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of the contract that tools and tests rely on (assistant/pages/api.md)."""
    made = {
        "text": as_text(answer),
        "sentences": list(_under_headings(answer.sentences)),
        "next_steps": list(_under_headings(answer.next_steps)),
        "letter": asdict(answer.letter) if answer.letter else None,
    }
    order = (
        "id",
        "status",
        "register",
        "text",
        "sentences",
        "next_steps",
        "sources",
        "words",
        "contacts",
        "retrieved",
        "notes",
        "letter",
        "composer",
        "timings_ms",
    )
    return {name: made[name] if name in made else _flat(getattr(answer, name)) for name in order}


def _flat(value: Any) -> Any:
    """A value as JSON has it. `asdict` copies every word of an answer, which showed in the time of every request."""
    if isinstance(value, tuple):
        return [_flat(item) for item in value]
    return {part.name: getattr(value, part.name) for part in fields(value)} if is_dataclass(value) else value


def _under_headings(sentences: Iterable[Sentence]) -> Iterator[dict[str, Any]]:
    """Each sentence with the heading it stands under, which is empty when one question was answered."""
    heading = ""
    for said in sentences:
        if said.role == "heading":
            heading = said.text
            continue
        told: dict[str, Any] = {"text": said.text, "force": said.force, "handles": list(said.handles)}
        yield told | {"role": said.role, "terms": list(said.terms), "heading": heading}
