"""Trains the second ear (`assistant.hearing`) on labelled messages against what people ask on the cards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Card, Status
from assistant.ear import is_taught
from assistant.embedding import Vectors
from assistant.errors import BadCorpus
from assistant.hearing import (
    BUCKETS,
    WEIGHT_OF_EAR,
    WEIGHT_OF_GRAMS,
    Bounds,
    Hearing,
    Line,
    Tuned,
    alarm,
    counted,
    sentences,
    weighed,
)

LABELS = {status.value: status for status in (Status.DANGER, Status.SAFEGUARDING, Status.ANSWERED)}
# Phrasings of these cards may well be said by somebody in danger: they teach neither yes nor no.
_NEAR_DANGER = ("safeguard", "abuse", "neglect", "urgent", "emergency", "crisis")
_OF_A_PHRASING, _OF_A_SENTENCE = 0.3, 0.2  # how much each teaches, beside 1 for a labelled message
_WHOLE_COST, _SENTENCE_COST = 10.0, 20.0  # liblinear's C
# A signpost for at most this share of ordinary questions, and a quiet line for at most this share.
SURE_FALSE_ALARMS, PERHAPS_FALSE_ALARMS = 0.015, 0.06
_FEWEST = 20  # ordinary phrasings: with fewer there is nothing to set bounds on
_RARE = 2  # a bucket in fewer texts than this says nothing


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a person might write it, and what it should be heard as."""

    text: str
    status: Status


def read_messages(corpus: Path) -> tuple[Message, ...]:
    """The labelled messages of `corpus/messages/*.jsonl`. Raises BadCorpus naming file and line."""
    messages: list[Message] = []
    for path in sorted((corpus / "messages").glob("*.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as exc:
            raise BadCorpus(f"{path} is not UTF-8 text ({exc.reason}). Save it as UTF-8.") from exc
        for number, line in enumerate(lines, 1):
            try:
                raw = json.loads(line)
                messages.append(Message(raw["message"], LABELS[raw["status"]]))
            except (ValueError, KeyError, TypeError) as exc:
                raise BadCorpus(
                    f"{path}:{number}: not a labelled message ({exc}). Write "
                    f'{{"message": "…", "status": "…"}} with one of {", ".join(LABELS)}.'
                ) from exc
    return tuple(messages)


def digest_of_messages(messages: Sequence[Message]) -> str:
    """A checksum of the labelled messages, to tell whether an ear was made from them."""
    said = "\0".join(f"{message.status} {message.text}" for message in messages)
    return hashlib.sha256(said.encode()).hexdigest()


def ordinary_phrasings(cards: Sequence[Card]) -> Iterator[tuple[str, str]]:
    """Entry id and text of every phrasing of a card that is not near danger."""
    for card in cards:
        if not any(near in topic for topic in (card.id, *card.topics) for near in _NEAR_DANGER):
            yield from ((f"{card.id}#asked.{n}", phrasing.text) for n, phrasing in enumerate(card.asked, 1))


def learn_hearing(
    messages: Sequence[Message],
    vectors: Vectors,
    ordinary: Sequence[str],
    ordinary_vectors: Vectors,
    ear: Tuned | None = None,
) -> Hearing:
    """The second ear: trained on all, its bounds set on ordinary phrasings that each half of the training had not seen.

    `vectors` and `ordinary_vectors` have one row a text. With the tuned ear, bounds are set on the phrasings it was not
    taught either. The same input gives the same result.
    """
    if len({message.status for message in messages}) < len(LABELS) or len(ordinary) < _FEWEST:
        return _deaf(ordinary_vectors.shape[1])
    lessons = _Lessons(messages, vectors, ordinary, ordinary_vectors)
    everything = np.arange(len(ordinary))
    unseen = np.empty(len(ordinary))
    for n in (0, 1):
        unseen[n::2] = lessons.scores(lessons.taught(everything[1 - n :: 2]), everything[n::2])
    whole, sentence = lessons.taught(everything)
    with_ear = None
    if ear is not None:
        untaught = [n for n, text in enumerate(ordinary) if not is_taught(text)]
        tuned = ear.scores([ordinary[n] for n in untaught])
        with_ear = _bounds(unseen[untaught] + WEIGHT_OF_EAR * np.array([alarm(row) for row in tuned]))
    return Hearing(lessons.rarity, whole, sentence, lessons.told_apart(), _bounds(unseen), with_ear)


def _bounds(unseen: NDArray[np.float64]) -> Bounds:
    return Bounds(
        sure=float(np.quantile(unseen, 1 - SURE_FALSE_ALARMS)),
        perhaps=float(np.quantile(unseen, 1 - PERHAPS_FALSE_ALARMS)),
    )


def _deaf(dimensions: int) -> Hearing:
    """An ear that hears nothing, for a corpus without enough to learn from."""
    nothing = Line(np.zeros(BUCKETS, np.float32), np.zeros(dimensions, np.float32), 0.0)
    return Hearing(nothing.grams, nothing, nothing, nothing, Bounds(np.inf, np.inf))


class _Lessons:
    """The texts as sparse rows, and the lines fitted to them."""

    def __init__(
        self, messages: Sequence[Message], vectors: Vectors, ordinary: Sequence[str], ordinary_vectors: Vectors
    ) -> None:
        self._ordinary, self._ordinary_vectors, self._vectors = list(ordinary), ordinary_vectors, vectors
        self._status = [message.status for message in messages]
        self._alarm = np.array([status is not Status.ANSWERED for status in self._status], dtype=int)
        texts = [message.text for message in messages]
        self.rarity = _rarity([*texts, *ordinary])
        self._messages = self._rows(texts)
        self._phrasings = self._rows(self._ordinary)
        calm = [message.text for message in messages if message.status is Status.ANSWERED]
        self._calm_sentences = self._rows([part for text in calm for part in sentences(text)])

    def taught(self, ordinary: NDArray[np.intp]) -> tuple[Line, Line]:
        """The lines for a whole message and for a sentence, from all messages and some of the ordinary phrasings."""
        from scipy.sparse import hstack, vstack

        spoken = self._rows([part for n in ordinary for part in sentences(self._ordinary[n])])
        phrasings = self._phrasings[ordinary]
        grams = vstack([self._messages, phrasings])
        dense = np.vstack([self._vectors, self._ordinary_vectors[ordinary]])
        yes = np.concatenate([self._alarm, np.zeros(len(ordinary), dtype=int)])
        worth = np.concatenate([np.ones(len(self._alarm)), np.full(len(ordinary), _OF_A_PHRASING)])
        whole = _line(hstack([WEIGHT_OF_GRAMS * grams, dense]).tocsr(), yes, worth, _WHOLE_COST)
        parts = vstack([grams, spoken, self._calm_sentences])
        more = parts.shape[0] - len(yes)
        sentence = _line(
            WEIGHT_OF_GRAMS * parts.tocsr(),
            np.concatenate([yes, np.zeros(more, dtype=int)]),
            np.concatenate([worth, np.full(more, _OF_A_SENTENCE)]),
            _SENTENCE_COST / WEIGHT_OF_GRAMS**2,
        )
        return whole, sentence

    def told_apart(self) -> Line:
        """The line between danger to life and abuse or neglect."""
        from scipy.sparse import hstack

        alarms = np.flatnonzero(self._alarm)
        kind = np.array([self._status[n] is Status.SAFEGUARDING for n in alarms], dtype=int)
        features = hstack([WEIGHT_OF_GRAMS * self._messages[alarms], self._vectors[alarms]]).tocsr()
        return _line(features, kind, np.ones(len(alarms)), _WHOLE_COST)

    def scores(self, lines: tuple[Line, Line], ordinary: NDArray[np.intp]) -> NDArray[np.float64]:
        """What the lines make of ordinary phrasings."""
        ear = Hearing(self.rarity, *lines, lines[0], Bounds(0.0, 0.0))
        texts = (self._ordinary[n] for n in ordinary)
        return np.array(
            [
                ear.score(text, weighed(counted(text), self.rarity), self._ordinary_vectors[n])
                for n, text in zip(ordinary, texts, strict=True)
            ]
        )

    def _rows(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix

        rows = [weighed(counted(text), self.rarity) for text in texts]
        ends = np.cumsum([0, *map(len, rows)])
        values = np.fromiter((value for row in rows for value in row.values()), dtype=np.float32)
        buckets = np.fromiter((bucket for row in rows for bucket in row), dtype=np.int32)
        return csr_matrix((values, buckets, ends), shape=(len(rows), BUCKETS))


def _rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    """How rare each bucket is (smoothed inverse document frequency); 0 for those too rare to learn from."""
    found = np.zeros(BUCKETS)
    for text in texts:
        found[list(counted(text))] += 1
    rarity = np.log((1 + len(texts)) / (1 + found)) + 1
    return np.where(found >= _RARE, rarity, 0).astype(np.float32)


def _line(features: Any, yes: NDArray[np.int_], worth: NDArray[np.float64], cost: float) -> Line:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=cost, solver="liblinear", random_state=0).fit(features, yes, sample_weight=worth)
    weights = fitted.coef_[0].astype(np.float32)
    return Line(weights[:BUCKETS], weights[BUCKETS:], float(fitted.intercept_[0]))
