"""What can be held against the corpus without asking anything: the audit, coverage, and each statement's words against its mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.domain import Force
from ingest.audit import audit
from ingest.cards import read_cards
from ingest.coverage import coverage

_MAY = re.compile(r"\b(?:may|can|could|might)\b", re.IGNORECASE)
_DUTY = re.compile(
    r"\b(?:must|has to|have to|having to|duty|duties|required?|requires|shall|cannot|no longer|only|not|never|no|needs? to|is to|"
    r"always|entitled|right)\b|n['’]t\b",
    re.IGNORECASE,
)
_MUST = re.compile(r"\b(?:must|has to|have to|shall)\b", re.IGNORECASE)
_POWER = re.compile(r"\b(?:may|can|could|might|power|choose|allowed|free to|option|discretion)\b", re.IGNORECASE)


def swapped(force: Force, text: str) -> bool:
    """Whether a sentence marked as a duty speaks of a choice alone, or one marked as a power of a duty alone."""
    if force is Force.MUST:
        return bool(_MAY.search(text)) and not _DUTY.search(text)
    if force is Force.MAY:
        return bool(_MUST.search(text)) and not _POWER.search(text)
    return False


def doubtful(corpus: Path) -> Iterator[str]:
    """Statements whose words and mark pull apart, as `card-id: text`. Some are sound: the accepted run lists those."""
    for file in read_cards(corpus):
        if file.card is not None:
            for statement in (*file.card.statements, *file.card.easy, *file.card.staff):
                if swapped(statement.force, statement.text):
                    yield f"{file.card.id}: {statement.text}"


def troubles(corpus: Path, originals: Path | None, accepted: Iterable[str]) -> Iterator[str]:
    """Everything wrong with the corpus: audit errors, places nobody speaks of, duties and powers taken for each other."""
    for problem in audit(corpus, originals).errors:
        yield f"audit: {problem.file}:{problem.line}: {problem.message}"
    for row in coverage(corpus):
        if row.missing:
            yield f"coverage: nothing is said of {row.place}, and coverage.toml gives no reason"
    known = set(accepted)
    for statement in doubtful(corpus):
        if statement not in known:
            yield f"must or may: {statement} (its words and its mark pull apart)"
