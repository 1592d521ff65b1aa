"""Plain language: how hard an answer is to read, and whether its words of the trade are explained.

Grade: Flesch-Kincaid over the CMU pronouncing dictionary (`ingest/readability.py`). A long sentence has over 25 words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Status
from evals.graders.verdict import Graded, World, one
from evals.road import Trial
from ingest.readability import read_sentences

HARDEST = 10.0  # grade: a harder answer is not plain
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“‘])")


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Of answers, not of signposts: their fixed words are read by a person."""
    answer = trial.answer
    if answer.status is not Status.ANSWERED:
        return
    shown = [part for s in (*answer.sentences, *answer.next_steps) for part in _SENTENCE.split(s.text)]
    reading = read_sentences(shown)
    yield Graded("reading_grade", round(reading.grade, 4), 1, f"grade {reading.grade:.1f}" if reading.grade > 9 else "")
    yield one("readable", reading.grade <= HARDEST, f"grade {reading.grade:.1f}")
    yield Graded("sentence_words", round(reading.words_a_sentence, 4), 1)
    yield Graded(
        "short_sentences",
        float(reading.sentences - reading.long_sentences),
        max(1, reading.sentences),
        f"{reading.long_sentences} of over 25 words" if reading.long_sentences else "",
    )
    explained = {word.term for word in answer.words}
    unexplained = [word.term for word in world.reference.words_in(" ".join(shown)) if word.term not in explained]
    yield one("explained", not unexplained, f"not explained: {', '.join(unexplained)}")
