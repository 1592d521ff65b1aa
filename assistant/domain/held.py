"""What the library holds: sources and their passages, cards and what they are made of, contacts and figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.domain.kinds import Authority, Force, Register, Verdict


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
class Passage:
    """A piece of an official text, byte for byte, that can be quoted and followed to its place."""

    id: str
    place: Place
    heading: str
    text: str
    in_force: bool = True


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
