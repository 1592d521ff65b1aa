"""Length: how many words a person has to read."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain import Status
from evals.graders.verdict import Graded, World
from evals.road import Trial

MOST = 220  # words, with what to do next


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """The words of the sentences and the next steps of an answer."""
    del world
    answer = trial.answer
    if answer.status is Status.ANSWERED:
        words = sum(len(sentence.text.split()) for sentence in (*answer.sentences, *answer.next_steps))
        yield Graded("words", float(words), 1, f"{words} words, over {MOST}" if words > MOST else "")
