"""What was asked, what was found for it, and the draft made of that."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.held import Card, Passage, Phrasing, Statement
from assistant.domain.kinds import Register, Status


@dataclass(frozen=True, slots=True)
class Question:
    """One standalone question. `parts` are its sentences, scored separately beside the whole.

    `share` is how much of an answer it may fill: 1, or less when it is one of several.
    """

    text: str
    parts: tuple[str, ...] = ()
    register: Register = Register.PLAIN
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class ScoredCard:
    """A card found for a question. `similarity` is how near its nearest phrasing is (cosine, at most 1)."""

    card: Card
    score: float
    similarity: float
    nearest: Phrasing
    relevance: dict[str, float]  # statement id → cosine of statement and question


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage of an official text found for a question. `similarity` is a cosine."""

    passage: Passage
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the library holds for a question, best first. `confidence` is between 0 and 1."""

    cards: tuple[ScoredCard, ...] = ()
    passages: tuple[ScoredPassage, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence and the statements it cites. `role` is verdict, point, next, note or quote."""

    text: str
    cites: tuple[Statement, ...]
    role: str = "point"


@dataclass(frozen=True, slots=True)
class Draft:
    """What compose offers and verify checks. `quotes` are official words shown when no card answers.

    `stopped` says for each sentence that the checker stopped whether it was `replaced` or `left out`.
    `title` names a document that answers in place of the best card.
    """

    status: Status
    sentences: tuple[DraftSentence, ...]
    contacts: tuple[str, ...] = ()
    quotes: tuple[Passage, ...] = ()
    composer: str = "statements"
    nearest_title: str = ""
    stopped: tuple[str, ...] = ()
    title: str = ""
