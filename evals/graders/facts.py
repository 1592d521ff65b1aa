"""Facts needed: said or not, and at which step of the road each missing one was lost."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.presenting import as_text
from evals.cases import Nugget, flat
from evals.finding import ranking_of
from evals.graders.verdict import Graded, World, share
from evals.road import Trial

ROUTE, CORPUS, RETRIEVAL, COMPOSING, CHECKING = "route", "corpus", "retrieval", "composing", "checking"


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """As TREC counts nuggets: vital ones (strict), and vital and okay ones together (lenient). Those without patterns are left out."""
    facts = [nugget for nugget in trial.case.must_say if nugget.any]
    if not facts:
        return
    text = flat(as_text(trial.answer))
    said = [fact.stands_in_flat(text) for fact in facts]
    handed_text = flat(ranking_of(trial, world.library.steps, "").handed)
    handed = [fact.stands_in_flat(handed_text) for fact in facts]
    lost = {n: stage(trial, world, fact, handed[n]) for n, fact in enumerate(facts) if not said[n]}
    why = "; ".join(f"does not say: {facts[n].text} [{step}]" for n, step in lost.items())
    yield Graded("facts", sum(said), len(facts), why, tuple(lost.values()))
    yield from share(
        "facts_vital", [(told, f"does not say: {f.text}") for f, told in zip(facts, said, strict=True) if f.vital]
    )
    yield from share("handed", [(there, f"not handed on: {f.text}") for f, there in zip(facts, handed, strict=True)])
    steps = flat(" ".join(step.text for step in trial.answer.next_steps))
    yield from share("in_steps", [(fact.stands_in_flat(steps), "") for fact in facts])


def stage(trial: Trial, world: World, fact: Nugget, handed: bool) -> str:
    """The step that lost a fact.

    A route took the message; no card of its topic nor any that was found says it (corpus); none of the first cards does
    (retrieval); it was not chosen (composing); or it was drafted and the check took it out (checking).
    """
    if not trial.found:
        return ROUTE
    if handed:
        drafted = any(fact.stands_in(text) for text in trial.drafted)
        return CHECKING if drafted else COMPOSING
    found = (world.text_of(scored.card) for evidence in trial.found for scored in evidence.cards)
    topical = world.texts_by_topic.get(trial.case.topic, "").splitlines()
    return RETRIEVAL if any(map(fact.stands_in_flat, (*found, *topical))) else CORPUS
