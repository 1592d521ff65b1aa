"""Retrieval: is the right law found, and how far up? By section, regulation or chapter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from assistant.domain import Status
from assistant.places import base_ref
from evals.finding import FIVE, TEN, Section, holds, measure, ranking_of, sections_of_card
from evals.graders.facts import COMPOSING, CORPUS, RETRIEVAL, ROUTE
from evals.graders.verdict import Graded, World, one
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Hit and recall in five, MRR and nDCG at ten over sections named once; and whether the answer itself names a right one."""
    case, answer = trial.case, trial.answer
    if not case.gold:
        return
    lost = f"[{place_stage(trial, world)}]"
    yield one("answered", answer.status is Status.ANSWERED, f"status {answer.status} {lost}")
    found = ranking_of(trial, world.library.steps, "")
    measured = measure(case, found)
    first = ", ".join(f"{source} {ref}" for source, ref in found.sections[:FIVE]) or "nothing"
    why = f"none of {', '.join(case.gold)} in: {first} {lost}"
    yield one("in_five", measured.in_five_sections, why)
    yield one("in_five_cards", measured.in_five_items, why)
    missing = [gold for gold in case.gold if not any(holds(gold, place) for place in found.sections[:FIVE])]
    recalled = min(measured.recalled, measured.golds)
    yield Graded(
        "recall", recalled, measured.golds, f"not in five: {', '.join(missing)}" if recalled < measured.golds else ""
    )
    yield Graded("mrr", measured.reciprocal_rank, 1, "" if measured.reciprocal_rank == 1 else why)
    gained = round(ndcg(case.gold, found.sections), 6)
    yield Graded("ndcg", gained, 1, "" if gained == 1 else f"gold {', '.join(case.gold)}; found: {first}")
    if measured.first_right is not None:
        yield one("first_card", measured.first_right, f"first card {_first_card(trial)}")
    cited = [(source.source, base_ref(source.place)) for source in answer.sources]
    yield one(
        "cites_gold",
        any(holds(g, place) for g in case.gold for place in cited),
        f"names none of {', '.join(case.gold)} {lost}",
    )


def place_stage(trial: Trial, world: World) -> str:
    """The step that lost the right law: a route took the message, nothing in the library rests on it, it was not found, or it
    was found and not chosen. Means something only where an answer names no gold place."""
    gold = trial.case.gold
    if not trial.found:
        return ROUTE
    cards = [card for evidence in trial.found for card in evidence.cards[:FIVE]]
    if any(holds(g, section) for g in gold for scored in cards for section in sections_of_card(scored.card)):
        return COMPOSING
    held = {(place.source, base_ref(place.ref)) for place in world.statements_by_place}
    return RETRIEVAL if any(holds(g, section) for g in gold for section in held) else CORPUS


def ndcg(gold: Sequence[str], sections: Sequence[Section]) -> float:
    """nDCG at ten by place: each gold place gains one, once; the ideal has them all first."""
    discounts = 1 / np.log2(np.arange(TEN) + 2)
    left, gains = list(gold), list[float]()
    for place in sections[:TEN]:
        hit = next((named for named in left if holds(named, place)), None)
        gains.append(float(hit is not None))
        if hit is not None:
            left.remove(hit)
    return float((np.array(gains) * discounts[: len(gains)]).sum() / discounts[: max(1, min(TEN, len(gold)))].sum())


def _first_card(trial: Trial) -> str:
    return next((found.cards[0].card.id for found in trial.found if found.cards), "none")
