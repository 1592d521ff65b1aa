"""Which sections of the law the evidence points to, best first: for a card, the law its statements rest on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from assistant.domain import Card, Evidence, Place, Retrieved
from assistant.places import base_ref
from assistant.reference import Reference

ACT = "care-act-2014"
_CARDS, _SHOWN = 6, 10
_LEAD, _UNDER = 2.0, 0.5  # a place under the direct answer counts double; the section a regulation belongs to, half


def sections_of(evidence: Evidence, reference: Reference) -> tuple[Retrieved, ...]:
    """One row a section or regulation. The score is the share of the best cards' statements that rest on it."""
    if not evidence.cards:
        return tuple(
            Retrieved(f.passage.id, f.passage.place.source, f.passage.place.ref, round(f.score, 4))
            for f in evidence.passages
        )
    best = evidence.cards[0].score
    totals: dict[Place, float] = defaultdict(float)
    for found in evidence.cards[:_CARDS]:
        nearness = math.exp(found.score - best)
        weights = dict(_weights(found.card, reference))
        whole = sum(weights.values()) or 1.0
        for place, weight in weights.items():
            totals[place] += nearness * weight / whole
    ranked = sorted(totals.items(), key=lambda row: (-row[1], row[0]))
    return tuple(Retrieved(f"{p.source}:{p.ref}", p.source, p.ref, round(score, 4)) for p, score in ranked[:_SHOWN])


def _weights(card: Card, reference: Reference) -> Iterator[tuple[Place, float]]:
    weights: dict[Place, float] = defaultdict(float)
    for statement in (*card.lead, *card.points, *card.staff):
        worth = _LEAD if statement in card.lead else 1.0
        for place in statement.places:
            base = base_ref(place.ref)
            weights[Place(place.source, base)] += worth
            under = reference.source(place).under
            for section in under.get(base, under.get("*", ())):
                weights[Place(ACT, section)] += worth * _UNDER
    yield from weights.items()
