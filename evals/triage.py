"""From a thumbs-down to a case (`care-act evals triage`): walks through what people left, a few keys each.

Only what was left with feedback is seen, without personal details: the conversation store keeps nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.conversations import Opinion, Unanswered
from assistant.privacy import redact

Ask = Callable[[str], str]


def left(opinions: Sequence[Opinion], known: Sequence[str]) -> list[Opinion]:
    """Opinions that say an answer was not useful, left with a question, and that are no case yet."""
    return [o for o in opinions if not o.useful and o.question and _id(o) not in set(known)]


def unanswered_lines(counts: Sequence[Unanswered]) -> Iterator[str]:
    """Which subjects went without an answer, most first. Nothing of the messages is kept."""
    for row in sorted(counts, key=lambda row: -row.count):
        yield f"{row.count:5} {row.status:28} {row.subject or 'no subject'}"


def walk(opinions: Sequence[Opinion], ask: Ask, topics: Mapping[str, str], path: Path) -> int:
    """Show each and ask: c makes a case of it, s skips it, q ends. Cases are added to a file; returns how many."""
    made = 0
    for opinion in opinions:
        key = ask(
            f"{opinion.question}\n  why: {opinion.why or '-'}\n  subject: {opinion.subject or '-'}\n[c]ase, [s]kip, [q]uit? "
        )
        if key.strip().lower().startswith("q"):
            break
        if key.strip().lower().startswith("c"):
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(_case(opinion, ask, topics), ensure_ascii=False) + "\n")
            made += 1
    return made


def _case(opinion: Opinion, ask: Ask, topics: Mapping[str, str]) -> dict[str, Any]:
    topic = ask(f"topic [{opinion.subject}]: ").strip() or opinion.subject
    while topic not in topics:
        topic = ask(f"'{topic}' is no topic. One of: {', '.join(topics)}\ntopic: ").strip()
    gold = [place.strip() for place in ask("places a right answer rests on, with commas: ").split(",") if place.strip()]
    facts = [fact.strip() for fact in ask("facts it must say, with semicolons: ").split(";") if fact.strip()]
    return {
        "id": _id(opinion),
        "question": redact(opinion.question),
        "asker": "unknown",
        "style": "feedback",
        "kind": "answerable",
        "topic": topic,
        "gold": gold,
        "must_say": [{"fact": fact, "any": []} for fact in facts],
        "must_not_say": [],
        "source": "feedback",
        "split": "feedback",
    }


def _id(opinion: Opinion) -> str:
    return f"left-{opinion.answer[:12].lower()}"
