"""The values that travel the road. All are frozen: a step takes values in and gives new ones out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Authority(StrEnum):
    """How far a source counts, highest first."""

    ACT = "act"
    REGULATIONS = "regulations"
    GUIDANCE = "guidance"
    PRACTICE = "practice"
    OPINION = "opinion"

    @property
    def rank(self) -> int:
        """0 for an Act, growing as the weight falls."""
        return list(Authority).index(self)


class Force(StrEnum):
    """What a sentence claims: a duty, a power, an expectation, an entitlement, a fact, a view, a tip."""

    MUST = "must"
    MAY = "may"
    SHOULD = "should"
    RIGHT = "right"
    FACT = "fact"
    OPINION = "opinion"
    ADVICE = "advice"


class Verdict(StrEnum):
    """The word a direct answer opens with. NONE: the question is not a yes/no question."""

    YES = "Yes"
    NO = "No"
    DEPENDS = "It depends"
    NONE = ""


class Status(StrEnum):
    """What kind of answer a person got. A refusal is a status, never an exception."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    LETTER = "letter"
    NOT_FOUND = "not_found"
    DANGER = "signposted_danger"
    SAFEGUARDING = "signposted_safeguarding"
    OUTSIDE_ENGLAND = "signposted_outside_england"
    OUTSIDE_SCOPE = "signposted_outside_scope"
    PERSONAL = "signposted_personal"
    MANIPULATION = "refused_manipulation"
    GREETING = "greeting"
    ERROR = "error"


class Register(StrEnum):
    """How an answer is worded."""

    PLAIN = "plain"
    EASY = "easy"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a source something stands, such as `care-act-2014` and `s.10(4)(b)`."""

    source: str
    ref: str

    def __str__(self) -> str:
        return f"{self.source} {self.ref}"


@dataclass(frozen=True, slots=True)
class Source:
    """A text that statements rest on. `addresses` maps a kind of place (`s`, `reg`, `sch`) to a pattern with `{n}`.

    `under` names the sections of the Care Act a place belongs to, by chapter, or by `*` for the whole source.
    `fetch` holds the addresses its text is fetched from when they do not follow from its page; `cited_only` keeps that to
    the sections cards rest on. `anchors` are the parts of its page that places have, found when it was read. `own` marks
    a document that the operator added.
    """

    id: str
    title: str
    publisher: str
    authority: Authority
    page: str
    licence: str = ""
    as_of: str = ""
    addresses: dict[str, str] = field(default_factory=dict)
    originals: tuple[str, ...] = ()
    not_in_force: tuple[str, ...] = ()
    chapters: dict[str, str] = field(default_factory=dict)
    under: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fetch: tuple[str, ...] = ()
    cited_only: bool = False
    anchors: dict[str, str] = field(default_factory=dict)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One plain sentence, its force and the places it rests on. `figures` are the amounts of money it shows."""

    id: str
    text: str
    force: Force
    places: tuple[Place, ...] = ()
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way people ask what a card answers, and the verdict that is true for this wording."""

    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something a person can do next, written once and drawn in by cards. `easy` says the same in easy words."""

    name: str
    statements: tuple[Statement, ...]
    contacts: tuple[str, ...] = ()
    easy: tuple[Statement, ...] = ()

    def worded(self, register: Register) -> tuple[Statement, ...]:
        """The step in the words of a register."""
        return self.easy if register is Register.EASY and self.easy else self.statements


@dataclass(frozen=True, slots=True)
class Card:
    """One question people ask, with its answer in statements. `lead` is the direct answer."""

    id: str
    title: str
    topics: tuple[str, ...]
    kind: str
    verdict: Verdict
    asked: tuple[Phrasing, ...]
    lead: tuple[Statement, ...]
    points: tuple[Statement, ...]
    todo: tuple[Statement, ...] = ()
    easy: tuple[Statement, ...] = ()
    staff: tuple[Statement, ...] = ()
    next: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything the card says in the plain register, in order."""
        return (*self.lead, *self.points, *self.todo)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places the card rests on, in order of first mention."""
        return tuple(dict.fromkeys(place for s in (*self.lead, *self.points, *self.staff) for place in s.places))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an official text, byte for byte, that can be quoted and followed to its place."""

    id: str
    place: Place
    heading: str
    text: str
    in_force: bool = True


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
    """What compose offers and verify checks. `quotes` are official words shown when no card answers."""

    status: Status
    sentences: tuple[DraftSentence, ...]
    contacts: tuple[str, ...] = ()
    quotes: tuple[Passage, ...] = ()
    composer: str = "statements"
    nearest_title: str = ""


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
class Contact:
    """Someone who can help. `phone` is empty unless somebody confirmed the number."""

    name: str
    phone: str = ""
    url: str = ""
    checked: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of money, with the year it is for and the place that sets it."""

    id: str
    amount: str
    meaning: str
    year: str
    place: str
    check_at: str
    checked: str
    standing: bool = False


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

    `subject` is the topic (of topics.toml) of the nearest card; empty when nothing was looked up.
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
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show while an answer is made, in the order it is ready.

    `status` carries a few words of text about what is being done, `sentence` a Sentence that has been checked, and
    `answer`, always the last, the whole Answer.
    """

    kind: Literal["status", "sentence", "answer"]
    value: str | Sentence | Answer
