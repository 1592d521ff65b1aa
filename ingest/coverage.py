"""Which sections, regulations and chapters have statements, and why the others have none (`care-act ingest coverage`)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Card, Place, Source
from assistant.errors import BadCorpus
from assistant.places import base_ref, expand, in_force, title
from assistant.reference import load_reference
from ingest.cards import read_cards

_RUN = re.compile(r"^(s|reg|ch)\.(\d+)-(\d+)$")


@dataclass(frozen=True, slots=True)
class Covered:
    """A place that people can be expected to ask about, and what the corpus says of it."""

    place: Place
    title: str
    statements: int
    cards: int
    reason: str  # why it may have no statement: not in force, or as coverage.toml says

    @property
    def missing(self) -> bool:
        """Nothing is said of it, and no reason is given."""
        return not self.statements and not self.reason


def coverage(corpus: Path) -> list[Covered]:
    """A row for every place that `corpus/coverage.toml` expects. Raises BadCorpus when that file cannot be used."""
    reference = load_reference(corpus)
    try:
        plan = tomllib.loads((corpus / "coverage.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as exc:
        raise BadCorpus(f"{corpus / 'coverage.toml'} cannot be read: {exc}. Restore or mend it.") from exc
    cards = [file.card for file in read_cards(corpus) if file.card]
    statements, holding = _counts(cards)
    rows = []
    for source_id, refs in plan["expected"].items():
        source = reference.sources[source_id]
        for ref in _unrolled(refs, source):
            place = Place(source_id, ref)
            reason = plan.get("reasons", {}).get(str(place), "")
            if not in_force(source, place):
                reason = reason or "not in force"
            rows.append(Covered(place, title(source, ref), statements[place], holding[place], reason))
    return rows


def _counts(cards: Sequence[Card]) -> tuple[Mapping[Place, int], Mapping[Place, int]]:
    """Statements and cards by the section, regulation or chapter they rest on."""
    statements: Counter[Place] = Counter()
    holding: Counter[Place] = Counter()
    for card in cards:
        seen: set[Place] = set()
        for statement in (*card.statements, *card.easy, *card.staff):
            named = {Place(p.source, base_ref(end)) for p in statement.places for end in expand(p.ref)}
            statements.update(named)
            seen |= named
        holding.update(seen)
    return statements, holding


def _unrolled(refs: Sequence[str], source: Source) -> Iterator[str]:
    """`s.1-80` as eighty places; `chapters` as every chapter and annex of a source that names them."""
    for ref in refs:
        if ref == "chapters":
            yield from source.chapters
        elif match := _RUN.match(ref):
            yield from (f"{match[1]}.{n}" for n in range(int(match[2]), int(match[3]) + 1))
        else:
            yield ref
