"""Composes an answer from whole statements: the verdict, the points that fit the question, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import (
    Card,
    Draft,
    DraftSentence,
    Evidence,
    NextStep,
    Question,
    Register,
    ScoredCard,
    Statement,
    Status,
    Verdict,
)
from assistant.lexical import SMALL_WORDS
from assistant.quoting import quotation

_POLAR = re.compile(
    r"(?:^|[.?!,;]\s*|\b(?:so|and|but|or|if|whether|that)\s+)(?:can|could|do|does|did|is|isn'?t|are|aren'?t|am|was|were|will|would|should|must|may|have|has|had|"
    r"shall|don'?t|doesn'?t|can'?t|won'?t)\b(?:\W+\w+){1,}|\b(?:is (?:that|this|it) (?:right|true|legal|lawful|allowed|normal|ok|fair)|right\?|true\?|legal\?|allowed\b|lawful\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"^\W*(?:what|how|who|when|where|why|which|whose)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,}")
_ANY_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
# One of these words more or less makes another question of it: a negation however it is written, a limit, a number.
_TURNING = re.compile(
    r"no|not|never|without|refused?|cannot|only|still|none|nobody|nothing|unless|until|before|after|over|under|above|below|"
    r"more|less|.*n't|(?:ca|do|wo|is|are|does|did|would|could|should|was|were|has|have|had|must)nt|\d.*"
)
# Nearly every sentence of ours has some of these.
_COMMON = SMALL_WORDS | frozenset(
    ["council", "local", "ask", "any", "more", "need", "needs", "care", "support", "person"]
)


# What a point is worth beside its cosine with the question. On 186 dev questions, these and the limits below said 67.7%
# of the facts; without the other cards' direct answers 66.0%, with the first card's points alone 65.2%.
_LATER, _OTHER_CARD, _LEAD = 0.05, 0.12, 0.4


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer says, and how near other cards must come to be heard. Measured in `evals`."""

    words: int = 150
    easy_words: int = 12  # a sentence of a card's own advice may have in the easy register
    points: int = 5
    todo: int = 2
    steps: int = 4
    contacts: int = 4
    other_cards: int = 3
    other_relevance: float = 0.6  # cosine a point of another card needs with the question
    near_tie: float = 1.5  # a card whose score is so near the first one's speaks too
    other_lead: float = 0.3  # cosine the direct answer of such a card needs with the question
    overlap: float = 0.55  # share of its words a sentence may have in common with one already said
    found: float = 0.30  # cosine with the nearest phrasing below which nothing was found
    quoted: float = 0.45  # cosine from which an official passage is worth quoting when no card fits


class Composer:
    """Writes drafts from the statements of cards. Knows the next steps that cards draw in by name."""

    def __init__(
        self, steps: Mapping[str, NextStep], limits: Limits | None = None, own: Mapping[str, str] | None = None
    ) -> None:
        """`own` gives the titles of documents the operator added, by name: they are quoted where they answer."""
        self._steps, self._limits, self._own = steps, limits or Limits(), own or {}

    def compose(self, question: Question, evidence: Evidence) -> Draft:
        """The best answer the evidence holds, or a draft that says nothing was found and names the nearest subject."""
        similarity = evidence.cards[0].similarity if evidence.cards else 0.0
        quoted = quotation(question.text, evidence.passages, self._own, similarity) if self._own else None
        if quoted and quoted[1] >= similarity:
            contacts, title = ("find-council", "citizens-advice"), self._own[quoted[0].cites[0].places[0].source]
            return Draft(Status.ANSWERED, (quoted[0],), contacts, composer="quotation", title=title)
        if similarity < self._limits.found or not evidence.cards:
            return self._not_found(evidence)
        best = evidence.cards[0]
        sentences = [*([quoted[0]] if quoted else []), *self._body(question, evidence.cards)]
        return Draft(
            status=Status.ANSWERED,
            sentences=tuple(sentences),
            contacts=self._contacts(best, sentences),
        )

    def _body(self, question: Question, cards: Sequence[ScoredCard]) -> Iterator[DraftSentence]:
        best, limits = cards[0], self._limits
        if question.register is Register.EASY and best.card.easy:
            yield from (DraftSentence(s.text, (s,)) for s in best.card.easy)
            yield from self._closing(best, [s.text for s in best.card.easy], limits.words, question.register)
            return
        said = [s.text for s in best.card.lead]
        word = self._verdict(question, best)
        for n, statement in enumerate(best.card.lead):
            text = f"{word.value}. {statement.text}" if n == 0 and word else statement.text
            yield DraftSentence(text, (statement,), "verdict")
        chosen = self._points(cards, said, max(2, round(limits.points * question.share)))
        yield from (DraftSentence(s.text, (s,)) for s in chosen)
        said += [s.text for s in chosen]
        if question.register is Register.STAFF:
            yield from (DraftSentence(s.text, (s,), "staff") for s in best.card.staff)
        spent = sum(len(text.split()) for text in said)
        yield from self._closing(best, said, round(limits.words * question.share) - spent, question.register)

    def _verdict(self, question: Question, best: ScoredCard) -> Verdict:
        """The word the answer opens with, or none.

        A wrong yes or no does harm, and the nearest phrasing's verdict is wrong four times in ten (README, Decisions).
        So the word is given only when a phrasing of known verdict says the same, or when the card always says *it depends*.
        """
        if not is_polar(question):
            return Verdict.NONE
        if same_words(question.text, best.nearest.text):
            return best.nearest.verdict
        always = {phrasing.verdict for phrasing in best.card.asked} <= {Verdict.DEPENDS, Verdict.NONE}
        return best.card.verdict if always and best.card.verdict is Verdict.DEPENDS else Verdict.NONE

    def _points(self, cards: Sequence[ScoredCard], said: Sequence[str], most: int) -> list[Statement]:
        """The points that fit best, of the first card and of those near it, in an order that reads on."""
        limits = self._limits
        ranked: list[tuple[float, int, int, Statement]] = []
        for n, found in enumerate(cards[: 1 + limits.other_cards]):
            if found.score < cards[0].score - limits.near_tie:
                break
            for position, statement in self._offered(found, first=n == 0):
                relevance = found.relevance.get(statement.id, 0.0)
                # The author put the most important point first; a card further down must earn its place, and its direct
                # answer earns it most.
                worth = relevance - _LATER * max(position, 0) - _OTHER_CARD * min(n, 2) + _LEAD * (position < 0)
                ranked.append((worth, n, position, statement))
        chosen: list[tuple[int, int, Statement]] = []
        heard = list(said)
        for _, n, position, statement in sorted(ranked, key=lambda row: -row[0]):
            if len(chosen) == most:
                break
            if not says_again(statement.text, heard, limits.overlap):
                chosen.append((n, position, statement))
                heard.append(statement.text)
        return [statement for _, _, statement in sorted(chosen, key=lambda row: row[:2])]

    def _offered(self, found: ScoredCard, first: bool) -> Iterator[tuple[int, Statement]]:
        """The points of a card that may be said, with their positions; of another card than the first its direct answer too."""
        if first:
            yield from enumerate(found.card.points)
            return
        limits = self._limits
        yield from ((-1, s) for s in found.card.lead if found.relevance.get(s.id, 0.0) >= limits.other_lead)
        for position, statement in enumerate(found.card.points):
            if found.relevance.get(statement.id, 0.0) >= limits.other_relevance:
                yield position, statement

    def _closing(
        self, best: ScoredCard, said: Sequence[str], words: int, register: Register
    ) -> Iterator[DraftSentence]:
        """What to do next, within the words left: the card's own advice, then its next steps. At least one thing to do."""
        heard, told = list(said), 0
        for group in self._things_to_do(best.card, register):
            length = sum(len(statement.text.split()) for statement in group)
            if says_again(group[0].text, heard, self._limits.overlap) or (told and length > words):
                continue
            words -= length
            told += 1
            heard += [statement.text for statement in group]
            yield from (DraftSentence(statement.text, (statement,), "next") for statement in group)

    def _things_to_do(self, card: Card, register: Register) -> Iterator[tuple[Statement, ...]]:
        """The card's first advice, then its next steps whole, then the rest of its advice.

        Advice of a card has no easy form, so that in the easy register only short advice is given.
        """
        most = self._limits.easy_words if register is Register.EASY else self._limits.words
        todo = [statement for statement in card.todo if len(statement.text.split()) <= most]
        steps = (self._steps[name].worded(register) for name in card.next[: self._limits.steps] if name in self._steps)
        yield from ((statement,) for statement in todo[:1])
        yield from steps
        yield from ((statement,) for statement in todo[1 : self._limits.todo])

    def _contacts(self, best: ScoredCard, sentences: Sequence[DraftSentence]) -> tuple[str, ...]:
        """The card's own contacts, then those of the next steps that are shown."""
        shown = {statement.id for sentence in sentences for statement in sentence.cites}
        steps = [self._steps[name] for name in best.card.next if name in self._steps]
        worded = {step.name: (*step.statements, *step.easy) for step in steps}
        of_steps = [name for step in steps if any(s.id in shown for s in worded[step.name]) for name in step.contacts]
        return tuple(dict.fromkeys([*best.card.contacts, *of_steps]))[: self._limits.contacts]

    def _not_found(self, evidence: Evidence) -> Draft:
        nearest = evidence.cards[0].card.title if evidence.cards else ""
        near = [found.passage for found in evidence.passages if found.similarity >= self._limits.quoted]
        near = [passage for passage in near if passage.place.source not in self._own]  # those are quoted to the point
        quotes = tuple(passage for passage in near if passage.in_force)[:1]
        return Draft(Status.NOT_FOUND, (), ("find-council", "citizens-advice"), quotes, nearest_title=nearest)


def is_polar(question: Question) -> bool:
    """Whether a message asks something that yes or no can answer."""
    return any(_POLAR.search(part) and not _OPEN.match(part) for part in (question.parts or (question.text,)))


def same_words(text: str, other: str) -> bool:
    """Whether two messages have the same words but for one in eight, and the same negations, limits and numbers."""
    words, others = _all_words(text), _all_words(other)
    differing = words ^ others
    return len(differing) * 8 <= len(words | others) and not any(map(_TURNING.fullmatch, differing))


def _all_words(text: str) -> set[str]:
    return set(_ANY_WORD.findall(text.lower().replace("’", "'")))  # telephones write the curly one


def says_again(text: str, said: Iterable[str], overlap: float) -> bool:
    """Whether most of a sentence's words were already said in one sentence before it."""
    words = _content(text)
    return any(len(words & _content(other)) > overlap * max(1, min(len(words), len(_content(other)))) for other in said)


def _content(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON
