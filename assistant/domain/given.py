"""What a person is given: an answer, its parts, and the letters and events that come with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.held import Contact
from assistant.domain.kinds import Force, Register, Status


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence with the handles of the sources it rests on. `terms` are the words to be explained in it."""

    text: str
    force: Force
    handles: tuple[str, ...] = ()
    role: str = "point"
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as an answer shows it. `quote` is an exact span of the official text, or empty when none is held."""

    handle: str
    source: str
    place: str
    title: str
    authority: str
    url: str
    quote: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the trade in an answer, explained."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A section or regulation found for a question, one row a section, best first."""

    id: str
    source: str
    place: str
    score: float


@dataclass(frozen=True, slots=True)
class LetterField:
    """A gap in a letter: what stands in its place until it is filled, and the question that fills it."""

    name: str
    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft to send. `lines` are its sentences that rest on the law; `missing` are the gaps left in `text`."""

    name: str
    title: str
    text: str
    lines: tuple[Sentence, ...]
    sources: tuple[Cited, ...]
    fields: dict[str, str] = field(default_factory=dict)
    missing: tuple[LetterField, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets, always: an answer, a signpost or a plain refusal.

    `subject` is the topic (of topics.toml) of the nearest card; empty when nothing was looked up. `stopped` is that of
    its draft, to be counted.
    """

    id: str
    status: Status
    register: Register
    sentences: tuple[Sentence, ...]
    next_steps: tuple[Sentence, ...] = ()
    sources: tuple[Cited, ...] = ()
    words: tuple[Word, ...] = ()
    contacts: tuple[Contact, ...] = ()
    retrieved: tuple[Retrieved, ...] = ()
    notes: tuple[str, ...] = ()
    letter: Letter | None = None
    composer: str = "statements"
    subject: str = ""
    stopped: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show while an answer is made, in the order it is ready.

    `status` carries a few words of text about what is being done, `sentence` a Sentence that has been checked, and
    `answer`, always the last, the whole Answer.
    """

    kind: Literal["status", "sentence", "answer"]
    value: str | Sentence | Answer
