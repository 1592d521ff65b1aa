"""Composes an answer from whole statements: the verdict, the points that fit the question, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import (
    Draft,
    DraftSentence,
    Evidence,
    Force,
    NextStep,
    Question,
    Register,
    ScoredCard,
    Statement,
    Status,
    Verdict,
)

_POLAR = re.compile(
    r"(?:^|[.?!,;]\s*|\b(?:so|and|but|or|if|whether|that)\s+)(?:can|could|do|does|did|is|isn'?t|are|aren'?t|am|was|were|will|would|should|must|may|have|has|had|"
    r"shall|don'?t|doesn'?t|can'?t|won'?t)\b(?:\W+\w+){1,}|\b(?:is (?:that|this|it) (?:right|true|legal|lawful|allowed|normal|ok|fair)|right\?|true\?|legal\?|allowed\b|lawful\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"^\W*(?:what|how|who|when|where|why|which|whose)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "you",
        "your",
        "that",
        "this",
        "with",
        "not",
        "are",
        "can",
        "may",
        "must",
        "has",
        "have",
        "will",
        "who",
        "what",
        "when",
        "from",
        "their",
        "they",
        "council",
        "local",
        "ask",
        "any",
        "than",
        "more",
        "need",
        "needs",
        "care",
        "support",
        "person",
        "should",
    ]
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer says, and how near other cards must come to be heard. Measured in `evals`."""

    words: int = 140
    points: int = 5
    todo: int = 2
    steps: int = 3
    other_cards: int = 3
    other_relevance: float = 0.45  # cosine a point of another card needs with the question
    overlap: float = 0.55  # share of its words a sentence may have in common with one already said
    similarity: float = 0.5  # cosine with a phrasing from which its own verdict is trusted
    found: float = 0.30  # cosine with the nearest phrasing below which nothing was found


class Composer:
    """Writes drafts from the statements of cards. Knows the next steps that cards draw in by name."""

    def __init__(self, steps: Mapping[str, NextStep], limits: Limits | None = None) -> None:
        self._steps, self._limits = steps, limits or Limits()

    def compose(self, question: Question, evidence: Evidence) -> Draft:
        """The best answer the evidence holds, or a draft that says nothing was found and names the nearest subject."""
        if not evidence.cards or evidence.cards[0].similarity < self._limits.found:
            return self._not_found(evidence)
        best = evidence.cards[0]
        sentences = list(self._body(question, evidence.cards))
        return Draft(
            status=Status.ANSWERED,
            sentences=tuple(sentences),
            contacts=self._contacts(best),
            quotes=tuple(found.passage for found in evidence.passages[:2] if found.passage.in_force),
        )

    def _body(self, question: Question, cards: Sequence[ScoredCard]) -> Iterator[DraftSentence]:
        best, limits = cards[0], self._limits
        if question.register is Register.EASY and best.card.easy:
            yield from (DraftSentence(s.text, (s,)) for s in best.card.easy)
            yield from self._closing(best, [s.text for s in best.card.easy], limits.words)
            return
        said = [s.text for s in best.card.lead]
        word = self._verdict(question, best)
        for n, statement in enumerate(best.card.lead):
            text = f"{word.value}. {statement.text}" if n == 0 and word else statement.text
            yield DraftSentence(text, (statement,), "verdict")
        chosen = self._points(cards, said)
        yield from (DraftSentence(s.text, (s,)) for s in chosen)
        said += [s.text for s in chosen]
        if question.register is Register.STAFF:
            yield from (DraftSentence(s.text, (s,), "staff") for s in best.card.staff)
        spent = sum(len(text.split()) for text in said)
        yield from self._closing(best, said, limits.words - spent)

    def _verdict(self, question: Question, best: ScoredCard) -> Verdict:
        """The word the answer opens with: only for a yes/no question that a phrasing of known verdict comes near to."""
        if not is_polar(question):
            return Verdict.NONE
        return best.nearest.verdict if best.similarity >= self._limits.similarity else Verdict.NONE

    def _points(self, cards: Sequence[ScoredCard], said: Sequence[str]) -> list[Statement]:
        """The points that fit best, of the first card and of those near it, in an order that reads on."""
        limits = self._limits
        ranked: list[tuple[float, int, int, Statement]] = []
        for n, found in enumerate(cards[: 1 + limits.other_cards]):
            for position, statement in enumerate(found.card.points):
                relevance = found.relevance.get(statement.id, 0.0)
                if n and (relevance < limits.other_relevance or found.score < cards[0].score - 4):
                    continue
                # The author put the most important point first; a card further down must earn its place.
                ranked.append((relevance - 0.015 * position - 0.12 * min(n, 2), n, position, statement))
        chosen: list[tuple[int, int, Statement]] = []
        heard = list(said)
        for _, n, position, statement in sorted(ranked, key=lambda row: -row[0]):
            if len(chosen) == limits.points:
                break
            if not says_again(statement.text, heard, limits.overlap):
                chosen.append((n, position, statement))
                heard.append(statement.text)
        return [statement for _, _, statement in sorted(chosen, key=lambda row: row[:2])]

    def _closing(self, best: ScoredCard, said: Sequence[str], words: int) -> Iterator[DraftSentence]:
        """What to do next, within the words left; at least one thing to do."""
        heard, told = list(said), 0
        todo = list(best.card.todo[: self._limits.todo])
        steps = [
            s
            for name in best.card.next[: self._limits.steps]
            if name in self._steps
            for s in self._steps[name].statements
        ]
        for statement in _alternate(steps, todo):
            length = len(statement.text.split())
            if says_again(statement.text, heard, self._limits.overlap) or (told and length > words):
                continue
            words -= length
            told += 1
            heard.append(statement.text)
            yield DraftSentence(statement.text, (statement,), "next")

    def _contacts(self, best: ScoredCard) -> tuple[str, ...]:
        named = [name for step in best.card.next if step in self._steps for name in self._steps[step].contacts]
        return tuple(dict.fromkeys([*best.card.contacts, *named]))[:4]

    def _not_found(self, evidence: Evidence) -> Draft:
        nearest = evidence.cards[0].card.title if evidence.cards else ""
        return Draft(Status.NOT_FOUND, (), ("find-council", "citizens-advice"), nearest_title=nearest)


def is_polar(question: Question) -> bool:
    """Whether a message asks something that yes or no can answer."""
    return any(_POLAR.search(part) and not _OPEN.match(part) for part in (question.parts or (question.text,)))


def says_again(text: str, said: Iterable[str], overlap: float) -> bool:
    """Whether most of a sentence's words were already said in one sentence before it."""
    words = _content(text)
    return any(len(words & _content(other)) > overlap * max(1, min(len(words), len(_content(other)))) for other in said)


def _content(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def _alternate(steps: Sequence[Statement], todo: Sequence[Statement]) -> Iterator[Statement]:
    """The card's own advice first, then its next steps, advice without law kept behind what the law gives."""
    yield from todo[:1]
    yield from (s for s in steps if s.force is not Force.ADVICE)
    yield from (s for s in steps if s.force is Force.ADVICE)
    yield from todo[1:]
