"""A second ear for danger and abuse: it hears what the fixed patterns of `routing` have no words for.

Linear classifiers, trained at build time on labelled messages (`corpus/messages/`) against everything people ask on
the cards. They look at words, pairs of words, pieces of words and the model's vector, never at a list of bad words: on
messages by an author who had not seen the patterns, those found a third (README, *Danger*).
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Status
from assistant.ear import KINDS
from assistant.embedding import Embedder, Vectors

BUCKETS = 1 << 17  # n-grams are counted by the remainder of a checksum: no vocabulary to keep
LONGEST = 6000  # characters listened to
WEIGHT_OF_GRAMS = 2.0  # of the n-grams beside the vector; both have length 1
WEIGHT_OF_EAR = 1.6  # of the tuned ear beside the lines: their spreads over messages of unseen authors are then alike
_LOUDER = 8.0  # of a score beside `sure`: overrules a pattern for something that is not urgent
_MARGIN = 1.0  # a sentence on its own says less than a whole message: it must speak this much louder
_WORD = re.compile(r"[a-z0-9£]+|[?!]+")
_LIGHT = str.maketrans(dict.fromkeys("'’‘`´"))
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\n+")
_SHORTEST = 3  # words a sentence needs to be listened to on its own

_CALM, _DANGER, _ABUSE = map(KINDS.index, (Status.ANSWERED, Status.DANGER, Status.SAFEGUARDING))
Grams = dict[int, float]
Weights = NDArray[np.float32]


def sentences(message: str) -> tuple[str, ...]:
    """The sentences of a message of several; nothing for a single one."""
    parts = [part.strip() for part in _SENTENCE_END.split(message) if len(part.split()) >= _SHORTEST]
    return tuple(parts) if len(parts) > 1 else ()


def counted(text: str) -> Counter[int]:
    """How often each bucket occurs: words, pairs of words, and pieces of 3 to 5 letters."""
    words = _WORD.findall(text.lower().translate(_LIGHT))
    grams = [f"w:{word}" for word in words] + [f"b:{a} {b}" for a, b in pairwise(words)]
    for word in words:
        edged = f" {word} "
        grams += [f"c:{edged[i : i + n]}" for n in (3, 4, 5) for i in range(len(edged) - n + 1)]
    return Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in grams)


def weighed(counts: Counter[int], rarity: Weights) -> Grams:
    """The buckets of a text as a vector of length 1: (1 + log count) times how rare the bucket is (tf-idf)."""
    raw = {bucket: (1 + math.log(count)) * float(rarity[bucket]) for bucket, count in counts.items()}
    length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
    return {bucket: value / length for bucket, value in raw.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through the space of messages: how far a message lies on its one side."""

    grams: Weights  # one a bucket
    vector: Weights  # one a dimension; empty when the vector is not looked at
    shift: float

    def score(self, grams: Grams, vector: Vectors | None = None) -> float:
        """Above 0 on the side of what was learned as yes."""
        total = self.shift + WEIGHT_OF_GRAMS * sum(float(self.grams[bucket]) * value for bucket, value in grams.items())
        return total if vector is None else total + float(self.vector @ vector)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the second ear makes of a message. `loud`: beyond what a pattern for something else explains. `perhaps`: not
    enough for a signpost, enough for a quiet line."""

    status: Status | None = None
    loud: bool = False
    perhaps: bool = False


NOTHING = Heard()


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on a score counts: `sure` for a signpost, `perhaps` for a quiet line."""

    sure: float
    perhaps: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """The lines that were learned, and the bounds of their scores, alone and (where there is one) with the tuned ear."""

    rarity: Weights
    whole: Line
    sentence: Line
    safeguarding: Line  # above 0: abuse or neglect; below: danger to life
    alone: Bounds
    with_ear: Bounds | None = None

    def hears(self, message: str, vector: Vectors, tuned: Vectors | None = None) -> Heard:
        """What is in a message, given the model's vector of the whole of it and the tuned ear's scores, if there is one."""
        grams = weighed(counted(message), self.rarity)
        score, kind, bounds = self.score(message, grams, vector), self.safeguarding.score(grams, vector), self.alone
        if tuned is not None and self.with_ear is not None:
            score, bounds = score + WEIGHT_OF_EAR * alarm(tuned), self.with_ear
            kind += WEIGHT_OF_EAR * float(tuned[_ABUSE] - tuned[_DANGER])
        if score > bounds.sure:
            return Heard(Status.SAFEGUARDING if kind > 0 else Status.DANGER, loud=score > bounds.sure + _LOUDER)
        return Heard(perhaps=score > bounds.perhaps)

    def score(self, message: str, grams: Grams, vector: Vectors) -> float:
        """The louder of the whole message and its loudest sentence: risk hides in long practical messages."""
        alone = (self.sentence.score(weighed(counted(part), self.rarity)) for part in sentences(message))
        return max(self.whole.score(grams, vector), max(alone, default=-math.inf) - _MARGIN)

    def save(self, path: Path) -> None:
        """Write to one `.npz` file."""
        lines = {"whole": self.whole, "sentence": self.sentence, "safeguarding": self.safeguarding}
        arrays = {f"{name}_{part}": getattr(line, part) for name, line in lines.items() for part in ("grams", "vector")}
        shifts = np.array([line.shift for line in lines.values()])
        bounds = [[each.sure, each.perhaps] for each in (self.alone, self.with_ear) if each is not None]
        np.savez(path, rarity=self.rarity, shifts=shifts, bounds=np.array(bounds), **arrays)

    @classmethod
    def load(cls, path: Path) -> Hearing:
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when the file is not that."""
        try:
            with path.open("rb") as file, np.load(file) as held:  # numpy leaves a file open that is not whole
                whole, sentence, safeguarding = (
                    Line(held[f"{name}_grams"], held[f"{name}_vector"], float(shift))
                    for name, shift in zip(("whole", "sentence", "safeguarding"), held["shifts"], strict=True)
                )
                alone, *with_ear = (Bounds(float(sure), float(perhaps)) for sure, perhaps in held["bounds"])
                return cls(held["rarity"], whole, sentence, safeguarding, alone, with_ear[0] if with_ear else None)
        except BadZipFile as exc:
            raise ValueError(f"{path.name} is cut short") from exc


def alarm(tuned: Vectors) -> float:
    """How much a message sounds like danger or abuse rather than neither, by the tuned ear's scores (log of the odds)."""
    return float(np.logaddexp(tuned[_DANGER], tuned[_ABUSE]) - tuned[_CALM])


class Tuned(Protocol):
    """The tuned half of the ear (`assistant.ear`)."""

    def scores(self, texts: Sequence[str]) -> Vectors:
        """One row a text, a column for each of `assistant.ear.KINDS`."""
        ...


class Listener:
    """The second ear with the model it needs, and its tuned half where the library has one."""

    def __init__(self, hearing: Hearing, embedder: Embedder, tuned: Tuned | None = None) -> None:
        self._hearing, self._embedder, self._tuned = hearing, embedder, tuned

    def hears(self, message: str) -> Heard:
        """What is in a message. A very long one is listened to at both ends."""
        if len(message) > LONGEST:
            message = f"{message[: LONGEST // 2]}\n{message[-LONGEST // 2 :]}"
        tuned = self._tuned.scores([message])[0] if self._tuned else None
        return self._hearing.hears(message, self._embedder.embed([message])[0], tuned)


class Deaf:
    """No second ear: only the fixed patterns count (CARE_ACT_SECOND_EAR=off, for measuring)."""

    def hears(self, message: str) -> Heard:
        """Always nothing."""
        del message
        return NOTHING
