"""Evaluation cases: a question (or turns), where the answer stands in the law, and what it must and must not say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Source
from assistant.errors import BadSource

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact, or a false claim, with patterns that recognise it in an answer in several wordings."""

    text: str
    any: tuple[re.Pattern[str], ...]

    def stands_in(self, answer: str) -> bool:
        """Whether one of the patterns is found in the answer, line breaks read as spaces."""
        flat = " ".join(answer.replace("’", "'").split())
        return any(pattern.search(flat) for pattern in self.any)


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `gold` are base places such as `care-act-2014 s.10`, the main one first."""

    id: str
    message: str
    history: tuple[str, ...]
    asker: str
    style: str
    kind: str
    topic: str
    gold: tuple[str, ...]
    must_say: tuple[Nugget, ...]
    must_not_say: tuple[Nugget, ...]
    split: str


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSON-lines file. Raises BadSource naming the line that cannot be used."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (json.JSONDecodeError, KeyError, TypeError, re.error) as exc:
            raise BadSource(
                f"{path}:{number}: {type(exc).__name__} {exc}. Mend this case; evals/data/README.md shows one."
            ) from exc
    return cases


def load_examples(path: Path, sources: Mapping[str, Source]) -> list[Case]:
    """The annotated examples of how people ask; their facts are sentences for a reader, without patterns.

    They name sources by title; `sources` turn the titles into ids.
    """
    ids = {source.title: source.id for source in sources.values()} | {"SCIE Report 72": "scie-report-72"}
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        gold = [_place(named, ids) for named in raw["gold_sections"]]
        facts = {name: [{"fact": text, "any": []} for text in raw[name]] for name in ("must_say", "must_not_say")}
        cases.append(_case({**raw, **facts, "gold": gold, "split": "examples"}))
    return cases


def _case(raw: Mapping[str, Any]) -> Case:
    turns = tuple(raw.get("turns") or (raw["question"],))
    return Case(
        id=raw["id"],
        message=turns[-1],
        history=turns[:-1],
        asker=raw["asker"],
        style=raw["style"],
        kind=raw["kind"],
        topic=raw["topic"],
        gold=tuple(raw["gold"]),
        must_say=tuple(_nugget(entry, "fact") for entry in raw["must_say"]),
        must_not_say=tuple(_nugget(entry, "claim") for entry in raw["must_not_say"]),
        split=raw["split"],
    )


def _nugget(entry: Mapping[str, Any], name: str) -> Nugget:
    return Nugget(entry.get(name) or entry["fact"], tuple(re.compile(p, re.IGNORECASE) for p in entry["any"]))


def _place(named: str, ids: Mapping[str, str]) -> str:
    """`Care Act 2014 s.10` → `care-act-2014 s.10`; a title alone becomes its id; others stay as they are."""
    title, found, section = named.rpartition(" s.")
    if found and title in ids:
        return f"{ids[title]} s.{section}"
    return ids.get(named, named)
