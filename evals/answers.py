"""Grades answers of the real Assistant: the right law, the facts said, nothing false, plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.assistant import Assistant
from assistant.domain import Answer, Status
from assistant.places import base_ref
from assistant.presenting import as_text
from evals.cases import Case
from evals.intervals import Rate
from ingest.readability import Reading, read_sentences

IN_FIVE = 5


@dataclass(frozen=True, slots=True)
class Grade:
    """What one answer got right. Each reason says what was missing or wrong."""

    case: Case
    answer: Answer
    answered: bool
    cites_gold: bool
    gold_in_five: bool
    rank: int  # of the first gold section among those retrieved, 0 when none is
    recalled: int  # gold sections among the first five
    said: tuple[bool, ...]
    false: tuple[str, ...]
    words: int
    reading: Reading

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why this is not a full mark; empty when it is."""
        missing = [f"does not say: {n.text}" for n, said in zip(self.case.must_say, self.said, strict=True) if not said]
        wrong = [f"says: {claim}" for claim in self.false]
        law = [] if self.cites_gold else [f"names none of {', '.join(self.case.gold)}"]
        status = [] if self.answered else [f"status {self.answer.status}"]
        return (*status, *law, *wrong, *missing)


@dataclass(frozen=True, slots=True)
class Scores:
    """The grades of many answers as rates."""

    answered: Rate
    cites_gold: Rate
    gold_in_five: Rate
    recall: Rate
    mrr: float
    facts: Rate
    false: Rate
    median_words: int
    median_grade: float
    p95_grade: float

    def lines(self) -> Iterable[str]:
        """One line a rate, with n and its 95% interval."""
        yield f"answered                       {self.answered}"
        yield f"names a right section          {self.cites_gold}"
        yield f"a right section in five        {self.gold_in_five}"
        yield f"right sections in five, recall {self.recall}"
        yield f"mean reciprocal rank           {self.mrr:.3f}"
        yield f"facts said                     {self.facts}"
        yield f"false claims (of answers)      {self.false}"
        yield f"words, median {self.median_words}; reading grade median {self.median_grade:.1f}, 95th percentile {self.p95_grade:.1f}"


def grade(case: Case, answer: Answer) -> Grade:
    """Hold one answer to its case."""
    cited = [(c.source, base_ref(c.place)) for c in answer.sources]
    found = list(dict.fromkeys((r.source, base_ref(r.place)) for r in answer.retrieved))
    ranks = [rank for gold in case.gold if (rank := _rank(gold, found))]
    text = as_text(answer)
    shown = [s.text for s in (*answer.sentences, *answer.next_steps)]
    return Grade(
        case=case,
        answer=answer,
        answered=answer.status is Status.ANSWERED,
        cites_gold=any(_rank(gold, cited) for gold in case.gold),
        gold_in_five=any(rank <= IN_FIVE for rank in ranks),
        rank=min(ranks, default=0),
        recalled=sum(rank <= IN_FIVE for rank in ranks),
        said=tuple(nugget.stands_in(text) for nugget in case.must_say),
        false=tuple(nugget.text for nugget in case.must_not_say if nugget.stands_in(text)),
        words=sum(len(sentence.split()) for sentence in shown),
        reading=read_sentences(shown),
    )


def _rank(gold: str, places: Sequence[tuple[str, str]]) -> int:
    """Where a gold place stands among places, from 1; 0 when it does not. A source alone means any place in it."""
    source, _, ref = gold.partition(" ")
    return next((n for n, place in enumerate(places, 1) if place == (source, ref or place[1])), 0)


def run(assistant: Assistant, cases: Sequence[Case], progress: Callable[[], object] = lambda: None) -> list[Grade]:
    """Answer and grade every case, in order. Two at a time: the model uses the other core."""

    def one(case: Case) -> Grade:
        result = grade(case, assistant.answer(case.message, case.history, answer_id=case.id))
        progress()
        return result

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, cases))


def summarise(grades: Sequence[Grade]) -> Scores:
    """The rates of some grades. Facts without patterns are not counted."""
    facts = [said for g in grades for n, said in zip(g.case.must_say, g.said, strict=True) if n.any]
    with_gold = [g for g in grades if g.case.gold]
    n = len(grades)
    graded = sorted(g.reading.grade for g in grades)
    return Scores(
        answered=Rate(sum(g.answered for g in grades), n),
        cites_gold=Rate(sum(g.cites_gold for g in with_gold), len(with_gold)),
        gold_in_five=Rate(sum(g.gold_in_five for g in with_gold), len(with_gold)),
        recall=Rate(sum(g.recalled for g in with_gold), sum(min(IN_FIVE, len(g.case.gold)) for g in with_gold)),
        mrr=sum(1 / g.rank for g in with_gold if g.rank) / max(1, len(with_gold)),
        facts=Rate(sum(facts), len(facts)),
        false=Rate(sum(bool(g.false) for g in grades), n),
        median_words=sorted(g.words for g in grades)[n // 2] if n else 0,
        median_grade=graded[n // 2] if n else 0.0,
        p95_grade=graded[int(0.95 * (n - 1))] if n else 0.0,
    )
