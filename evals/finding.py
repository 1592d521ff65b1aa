"""How well the right law and the needed facts are found: the measures of one question, and their rates over many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain import Card, Evidence, NextStep
from assistant.places import base_ref
from evals.cases import Case
from evals.intervals import Mean, Rate
from evals.road import Trial

FIVE, TEN = 5, 10
HANDED_CARDS = 4  # the first cards, whose statements `compose` chooses from

Section = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one system found for one question, best first.

    `items` are the sections each card or passage rests on; `sections` names each section once, one a slot.
    `handed` is the text an answer could be made of, `said` the answer, `steps` its next steps; `topics` are the first card's.
    """

    items: tuple[frozenset[Section], ...]
    sections: tuple[Section, ...]
    topics: frozenset[str] = frozenset()
    handed: str = ""
    said: str | None = None
    steps: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The measures of one question. None: the measure means nothing for this system."""

    in_five_items: bool
    in_five_sections: bool
    recalled: int
    golds: int
    reciprocal_rank: float
    first_right: bool | None
    handed: tuple[bool, ...]
    said: tuple[bool, ...] | None
    in_steps: tuple[bool, ...] | None


def measure(case: Case, ranking: Ranking) -> Finding:
    """Hold what was found to the case. Facts without patterns are not counted."""
    facts = [nugget for nugget in case.must_say if nugget.any]

    def said(text: str) -> tuple[bool, ...]:
        return tuple(fact.stands_in(text) for fact in facts)

    rank = next((n for n, place in enumerate(ranking.sections[:TEN], 1) if _is_gold(case, place)), 0)
    first = ranking.items[0] if ranking.items else frozenset()
    return Finding(
        in_five_items=any(_is_gold(case, place) for item in ranking.items[:FIVE] for place in item),
        in_five_sections=any(_is_gold(case, place) for place in ranking.sections[:FIVE]),
        recalled=sum(any(holds(gold, place) for place in ranking.sections[:FIVE]) for gold in case.gold),
        golds=min(FIVE, len(case.gold)),
        reciprocal_rank=1 / rank if rank else 0.0,
        first_right=case.topic in ranking.topics and any(_is_gold(case, p) for p in first) if ranking.topics else None,
        handed=said(ranking.handed),
        said=None if ranking.said is None else said(ranking.said),
        in_steps=None if ranking.steps is None else said(ranking.steps),
    )


def _is_gold(case: Case, place: Section) -> bool:
    return any(holds(gold, place) for gold in case.gold)


def holds(gold: str, place: Section) -> bool:
    """Whether a section is the gold one. A source alone means any place in it."""
    source, _, ref = gold.partition(" ")
    return place == (source, ref or place[1])


def ranking_of(trial: Trial, steps: Mapping[str, NextStep], shown: str, cards: int = HANDED_CARDS) -> Ranking:
    """What the assistant found for a trial; `shown` is the text of its answer."""
    found = _first_evidence(trial.found)
    best = [scored.card for scored in found.cards]
    answer = trial.answer
    return Ranking(
        items=tuple(frozenset(sections_of_card(card)) for card in best[:TEN]),
        sections=tuple(dict.fromkeys((r.source, base_ref(r.place)) for r in answer.retrieved)),
        topics=frozenset(best[0].topics) if best else frozenset(),
        handed=" ".join(statement for card in best[:cards] for statement in _texts(card, steps)),
        said=shown,
        steps=" ".join(sentence.text for sentence in answer.next_steps),
    )


def _first_evidence(found: Sequence[Evidence]) -> Evidence:
    """The evidence of the question; of a message in several parts, the cards of each in turn."""
    if len(found) < 2:
        return found[0] if found else Evidence()
    turns = [card for rank in zip(*(one.cards for one in found), strict=False) for card in rank]
    return Evidence(tuple({scored.card.id: scored for scored in reversed(turns)}.values())[::-1])


def sections_of_card(card: Card) -> Iterator[Section]:
    """The sections, regulations and chapters a card rests on."""
    return ((place.source, base_ref(place.ref)) for place in card.places)


def _texts(card: Card, steps: Mapping[str, NextStep]) -> Iterator[str]:
    yield from (statement.text for statement in card.statements)
    yield from (statement.text for name in card.next if name in steps for statement in steps[name].statements)


@dataclass(frozen=True, slots=True)
class FindingScores:
    """The rates of many questions; None where the system has no such thing."""

    in_five_items: Rate
    in_five_sections: Rate
    recall: Rate
    mrr: Mean
    first_right: Rate | None
    handed: Rate
    said: Rate | None
    in_steps: Rate | None


HEADINGS = {
    "in_five_items": "section in 5 cards",
    "in_five_sections": "section in 5 slots",
    "recall": "gold in 5 slots",
    "mrr": "MRR@10",
    "first_right": "first card right",
    "handed": "facts handed",
    "said": "facts said",
    "in_steps": "facts in steps",
}
LEGEND = """section in 5 cards: a gold section among all that the first five cards (or passages) rest on
section in 5 slots: a gold section among the first five sections, each named once
gold in 5 slots:    of the gold sections (five at most), those among the first five sections
MRR@10:             mean of 1 / rank of the first gold section, among ten sections
first card right:   the first card rests on a gold section and is of the case's topic
facts handed:       facts needed whose patterns fire on the statements of the first few cards (or five passages)
facts said:         facts needed whose patterns fire on the answer; in steps: on its next steps alone
Rates in per cent [95% Wilson interval] n; MRR with its bootstrap interval."""


def score(findings: Sequence[Finding]) -> FindingScores:
    """The rates of some questions."""

    def facts(name: str) -> Rate | None:
        some = [one for f in findings if getattr(f, name) is not None for one in getattr(f, name)]
        return Rate(sum(some), len(some)) if any(getattr(f, name) is not None for f in findings) else None

    firsts = [f.first_right for f in findings if f.first_right is not None]
    return FindingScores(
        in_five_items=Rate(sum(f.in_five_items for f in findings), len(findings)),
        in_five_sections=Rate(sum(f.in_five_sections for f in findings), len(findings)),
        recall=Rate(sum(min(f.recalled, f.golds) for f in findings), sum(f.golds for f in findings)),
        mrr=Mean.of(np.array([f.reciprocal_rank for f in findings])),
        first_right=Rate(sum(firsts), len(firsts)) if firsts else None,
        handed=facts("handed") or Rate(0, 0),
        said=facts("said"),
        in_steps=facts("in_steps"),
    )
