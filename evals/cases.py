"""Evaluation cases: a message (or turns), what should become of it, where the answer stands in the law, what it must say.

`data/case.schema.json` documents the lines; `load_cases` holds every line to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.domain import Source, Status, Verdict
from assistant.errors import BadSource

DATA = Path(__file__).parent / "data"
BLIND = "blind"  # how the name of a split begins whose messages are counted and not read: nobody may tune on them
KINDS = ("questions", "routes", "feedback")  # files of cases; others in the folder hold something else


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact, or a false claim, with patterns that recognise it in an answer in several wordings."""

    text: str
    any: tuple[re.Pattern[str], ...]
    vital: bool = False

    def stands_in(self, answer: str) -> bool:
        """Whether one of the patterns is found in the answer, line breaks read as spaces."""
        return self.stands_in_flat(flat(answer))

    def stands_in_flat(self, text: str) -> bool:
        """The same for a text that is flat already."""
        return any(pattern.search(text) for pattern in self.any)


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
    statuses: tuple[Status, ...] = (Status.ANSWERED,)
    verdict: Verdict | None = None
    source: str = ""


def flat(text: str) -> str:
    """A text on one line with straight apostrophes, as patterns expect it."""
    return " ".join(text.replace("’", "'").split())


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSON-lines file. Raises BadSource naming the line that cannot be used."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            if (problem := next(_validator().iter_errors(raw), None)) is not None:
                raise ValueError(f"{'.'.join(map(str, problem.path)) or 'the line'}: {problem.message[:200]}")
            cases.append(_case(raw, path.stem))
        except (ValueError, re.error) as exc:  # JSONDecodeError is a ValueError
            raise BadSource(f"{path}:{number}: {exc}. Mend this case; evals/data/README.md shows one.") from exc
    return cases


def all_cases(folder: Path = DATA) -> list[Case]:
    """Every case of a folder: questions, labelled messages, and what was made of people's feedback."""
    paths = (path for kind in KINDS for path in sorted(folder.glob(f"{kind}*.jsonl")))
    return [case for path in paths for case in load_cases(path)]


def chosen(cases: Iterable[Case], split: str = "all", kind: str = "all") -> list[Case]:
    """The cases of a split and a kind. `questions` are those with gold places, `messages` those with a status alone."""
    kinds = {"all": (True, False), "questions": (True,), "messages": (False,)}[kind]
    splits = {"dev", "examples"} if split == "dev" else {split}
    return [c for c in cases if (split == "all" or c.split in splits) and bool(c.gold) in kinds]


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads((DATA / "case.schema.json").read_text(encoding="utf-8")))


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
        cases.append(_case({**raw, **facts, "gold": gold, "split": "examples"}, path.stem))
    return cases


def _case(raw: Mapping[str, Any], source: str) -> Case:
    turns: Sequence[str] = tuple(raw.get("turns") or (raw.get("question") or raw["message"],))
    says = raw.get("must_say", ())
    return Case(
        id=raw["id"],
        message=turns[-1],
        history=tuple(turns[:-1]),
        asker=raw.get("asker", ""),
        style=raw["style"],
        kind=raw.get("kind", "message"),
        topic=raw["topic"],
        gold=tuple(raw.get("gold", ())),
        must_say=tuple(_nugget(entry, "fact", vital=n == 0) for n, entry in enumerate(says)),
        must_not_say=tuple(_nugget(entry, "claim", vital=True) for entry in raw.get("must_not_say", ())),
        split=raw["split"],
        statuses=tuple(Status(name) for name in _listed(raw.get("status", "answered"))),
        verdict=Verdict(raw["verdict"]) if "verdict" in raw else None,
        source=raw.get("source", source),
    )


def _listed(named: str | list[str]) -> list[str]:
    return [named] if isinstance(named, str) else named


def _nugget(entry: Mapping[str, Any], name: str, *, vital: bool) -> Nugget:
    """The first fact of a case is vital, the others okay, unless the case says otherwise."""
    weight = entry.get("weight")
    patterns = tuple(re.compile(p, re.IGNORECASE) for p in entry["any"])
    return Nugget(entry.get(name) or entry["fact"], patterns, weight == "vital" if weight else vital)


def _place(named: str, ids: Mapping[str, str]) -> str:
    """`Care Act 2014 s.10` → `care-act-2014 s.10`; a title alone becomes its id; others stay as they are."""
    title, found, section = named.rpartition(" s.")
    if found and title in ids:
        return f"{ids[title]} s.{section}"
    return ids.get(named, named)
