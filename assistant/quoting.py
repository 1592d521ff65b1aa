"""Answers from a document the operator added, such as a council's own policy: its exact words, and where they stand.

Such a document has no cards, so nobody has put its words plainly. They are quoted, sentence by sentence, and only what
answers the question: what else a paragraph holds, an instruction planted in it for a machine, say, stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.domain import DraftSentence, Force, ScoredPassage, Statement
from assistant.lexical import SMALL_WORDS

_SENTENCE = re.compile(r"\S.*?(?:[.!?]+[”’\"')\]]*(?=\s|$)|(?=\n)|$)", re.DOTALL)
_WORD = re.compile(r"[a-z]{3,}|\d+")
# A question is full of these too, and they say nothing of a policy.
_COMMON = SMALL_WORDS | frozenset(
    [
        "how",
        "much",
        "many",
        "does",
        "did",
        "was",
        "were",
        "been",
        "our",
        "ours",
        "his",
        "her",
        "its",
        "which",
        "there",
        "where",
        "then",
        "into",
        "about",
        "would",
        "could",
        "get",
        "got",
    ]
)
_TO_MACHINES = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules|prompts?|guidelines|above|previous|everything)\b|"
    r"\b(?:system prompt|as an ai|language model|chat ?bot|you are now|assistant (?:must|should|will))\b",
    re.IGNORECASE,
)
NEAR = 0.5  # cosine from which a passage of an own document is worth quoting; in-policy questions .56 to .84, others to .50
BEHIND = 0.15  # how far it may lie behind the best card: in-policy at most .12, others at least .40
LONGEST = 60  # words


def quotation(
    question: str, passages: Sequence[ScoredPassage], own: Mapping[str, str], card_similarity: float
) -> tuple[DraftSentence, float] | None:
    """The words of an own document that answer a question, with how near they are; None when none is near enough.

    `own` gives the titles of the documents by name.
    """
    near = [p for p in passages if p.passage.place.source in own and p.passage.in_force and p.similarity >= NEAR]
    for found in sorted(near, key=lambda p: -p.similarity):
        if found.similarity < card_similarity - BEHIND:
            return None
        if words := answering_words(question, found.passage.text):
            passage = found.passage
            text = f"{own[passage.place.source]} says: “{words}”"
            statement = Statement(passage.id, text, Force.FACT, (passage.place,))
            return DraftSentence(text, (statement,), "verdict"), found.similarity
    return None


def answering_words(question: str, text: str) -> str:
    """The sentence that shares most with the question, and its neighbours that share something: an exact span, or empty."""
    wanted = _stems(question)
    sentences = [m for m in _SENTENCE.finditer(text) if m[0].strip() and not _TO_MACHINES.search(m[0])]
    shared = [len(wanted & _stems(m[0])) for m in sentences]
    if not any(shared):
        return ""
    first = last = shared.index(max(shared))
    while True:
        after = last + 1 < len(sentences) and shared[last + 1] and _joins(sentences[last], sentences[last + 1], text)
        before = first and shared[first - 1] and _joins(sentences[first - 1], sentences[first], text)
        if after and _length(text, sentences[first], sentences[last + 1]) <= LONGEST:
            last += 1
        elif before and _length(text, sentences[first - 1], sentences[last]) <= LONGEST:
            first -= 1
        else:
            return text[sentences[first].start() : sentences[last].end()].strip()


def _joins(one: re.Match[str], other: re.Match[str], text: str) -> bool:
    """Whether nothing that was left out stands between two sentences."""
    return not text[one.end() : other.start()].strip()


def _length(text: str, one: re.Match[str], other: re.Match[str]) -> int:
    return len(text[one.start() : other.end()].split())


def _stems(text: str) -> frozenset[str]:
    """The beginnings of words that carry meaning: *costs* and *cost* are alike."""
    return frozenset(word[:5].rstrip("s") for word in _WORD.findall(text.lower())) - _COMMON
