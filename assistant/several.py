"""A message that asks several things: which of them differ, and one draft out of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from assistant.domain import Draft, DraftSentence, Evidence, Question, Retrieved, Status

Found = tuple[Question, Evidence]
_ALONE = 0.45  # similarity to a phrasing that a question must have to be answered under its own heading
_NEAR = 2  # questions that find each other's best card among their first so many are the same question
_STEPS, _CONTACTS = 3, 4
# How much of an answer each question may fill: the first most.
_SHARES = {1: (1.0,), 2: (0.65, 0.45), 3: (0.45, 0.35, 0.35)}


def search(whole: Question, apart: Sequence[Question], find: Callable[[Question], Evidence]) -> tuple[Found, ...]:
    """What is found for each question of a message; for the message as a whole when its questions come to the same."""
    found = [(question, find(question)) for question in apart]
    kept = list(_different(found))
    if len(kept) < 2:
        return ((whole, find(whole)),)
    shares = _SHARES[len(kept)]
    return tuple((replace(question, share=share), e) for (question, e), share in zip(kept, shares, strict=True))


def _different(found: Iterable[Found]) -> Iterator[Found]:
    kept: list[tuple[str, ...]] = []
    for question, evidence in found:
        cards = tuple(scored.card.id for scored in evidence.cards[:_NEAR])
        if not cards or evidence.cards[0].similarity < _ALONE:
            continue
        if not any(cards[0] == other[0] or (cards[0] in other and other[0] in cards) for other in kept):
            kept.append(cards)
            yield question, evidence


def joined(drafts: Sequence[tuple[Evidence, Draft]]) -> Draft:
    """One draft: each answer under the title of what it opens with, then everything to do next, nothing twice."""
    answered = [(evidence, draft) for evidence, draft in drafts if draft.status is Status.ANSWERED]
    if len(answered) < 2:
        return answered[0][1] if answered else drafts[0][1]
    body: list[DraftSentence] = []
    for evidence, draft in answered:
        body.append(DraftSentence(draft.title or evidence.cards[0].card.title, (), "heading"))
        body += [sentence for sentence in draft.sentences if sentence.role != "next"]
    steps = chain.from_iterable(zip_longest(*(_steps(draft) for _, draft in answered)))
    several = dict.fromkeys(step for step in steps if step is not None)
    contacts = dict.fromkeys(chain.from_iterable(draft.contacts for _, draft in answered))
    first = answered[0][1]
    return replace(first, sentences=(*body, *list(several)[:_STEPS]), contacts=tuple(contacts)[:_CONTACTS])


def _steps(draft: Draft) -> Iterator[DraftSentence]:
    return (sentence for sentence in draft.sentences if sentence.role == "next")


def ranked(sections: Sequence[Sequence[Retrieved]]) -> tuple[Retrieved, ...]:
    """The sections of several questions as one list: the best of each first, then the seconds, each once."""
    once: dict[tuple[str, str], Retrieved] = {}
    for row in chain.from_iterable(zip_longest(*sections)):
        if row is not None:
            once.setdefault((row.source, row.place), row)
    return tuple(once.values())
