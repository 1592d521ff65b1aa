"""Citations, by ALCE's definitions (Gao et al. 2023), with our checker as the judge of support.

Recall: the share of sentences that what they cite, taken together, supports. Precision: the share of citations that are
needed, which is to say that the citation alone supports its sentence, or that the rest without it does not. What a handle
cites is every statement that rests on its place. Advice cites nothing and is left out.

`official` holds each sentence to the official words of its places, where the library has them: its numbers stand there,
and a duty or power of the same force does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.domain import Answer, Cited, Force, Place, Sentence, Status
from assistant.places import base_ref
from assistant.verifying import bare, check
from evals.graders.verdict import Graded, World, share
from evals.road import Trial
from ingest.support import force_fits, missing_numbers

_FREE = {Force.ADVICE}


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Recall, precision and the hold of official words, over every sentence that claims something."""
    answer = trial.answer
    if answer.status is not Status.ANSWERED:
        return
    told = (sentence for sentence in (*answer.sentences, *answer.next_steps) if sentence.role != "heading")
    claims = [sentence for sentence in told if sentence.force not in _FREE]
    yield from share(
        "citation_recall", [(_supported(s, _cited(s, answer), world), f"not supported: {s.text}") for s in claims]
    )
    precise = [verdict for sentence in claims for verdict in _needed(sentence, _cited(sentence, answer), world)]
    yield from share("citation_precision", precise)
    held = [(s, words) for s in claims if (words := _official(_cited(s, answer), world))]
    yield from share(
        "official", [(_official_holds(s, words, world), f"not in the official words: {s.text}") for s, words in held]
    )


def _cited(sentence: Sentence, answer: Answer) -> list[Cited]:
    return [cited for cited in answer.sources if cited.handle in sentence.handles]


def _supported(sentence: Sentence, cited: Sequence[Cited], world: World) -> bool:
    """Whether one statement at the places cited supports the sentence: sentences are not patched together from several."""
    statements = [s for c in cited for s in world.statements_by_place.get(Place(c.source, c.place), ())]
    said = bare(sentence.text)  # the word it opens with has a measure of its own (`yes_no.py`)
    verbatim = any(statement.text == said for statement in statements)
    return verbatim or any(not check(said, [statement.text]) for statement in statements)


def _needed(sentence: Sentence, cited: Sequence[Cited], world: World) -> Iterator[tuple[bool, str]]:
    whole = _supported(sentence, cited, world)
    for one in cited:
        others = [other for other in cited if other is not one]
        needed = whole and (_supported(sentence, [one], world) or not _supported(sentence, others, world))
        yield needed, f"[{one.source} {one.place}] does not support: {sentence.text}"


def _official(cited: Sequence[Cited], world: World) -> str:
    """The official words of all places cited; nothing unless they are all at hand."""
    words = [world.passages_by_section.get((c.source, base_ref(c.place)), "") for c in cited]
    return " ".join(words) if words and all(words) else ""


def _official_holds(sentence: Sentence, words: str, world: World) -> bool:
    figures = " ".join(figure.amount for figure in world.reference.figures.values())
    return force_fits(sentence.force, words) and not list(missing_numbers(sentence.text, f"{words} {figures}"))
