"""The JSON that goes in and out. What comes in is strict: a wrong type or an unknown field is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_BODY = 200_000  # bytes: a question of 100 kB and a few turns before it fit
LONGEST_QUESTION = 150_000  # characters
TOKEN = r"^[0-9a-f]{32}$"  # noqa: S105 - a pattern, no password
RegisterName = Literal["plain", "easy", "staff"]


def _sayable(text: str) -> str:
    """Refuses half of a surrogate pair, which no text file, database or page could hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds a character that does not exist") from None
    return text


Text = Annotated[str, AfterValidator(_sayable)]
Token = Annotated[str, Field(pattern=TOKEN, description="an id this server gave out: 32 characters from 0-9 and a-f")]


class Strict(BaseModel):
    """What a request may hold."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class Ask(Strict):
    """A question. Give `conversation` for a follow-up, or `turns`: what the person said before, oldest first."""

    question: Text = Field(max_length=LONGEST_QUESTION, examples=["Can I get a break from looking after my mum?"])
    turns: list[Annotated[Text, Field(max_length=4_000)]] = Field(default_factory=list, max_length=20)
    register_: Annotated[RegisterName, Field(alias="register")] = "plain"
    conversation: Token | None = None


class Feedback(Strict):
    """What a person thought of an answer. `question` is kept only when `agree` is true."""

    answer: Token
    useful: bool
    why: Text = Field("", max_length=500)
    subject: Text = Field("", max_length=80)
    question: Text = Field("", max_length=4000)
    agree: bool = False


class Shape(BaseModel):
    """What a response holds. More fields may come; none goes away."""

    model_config = ConfigDict(extra="allow")


class SentenceShape(Shape):
    """One checked sentence. `handles` name its sources; `terms` are the words of `words` that it is the first to use."""

    text: str
    force: str
    handles: list[str]
    role: str
    terms: list[str]
    heading: str = Field("", description="what this part of the answer is about, when several things were asked")


class SourceShape(Shape):
    """What a handle points to. `GET /api/sources/{source}/{place}` opens it."""

    handle: str
    source: str
    place: str
    title: str
    authority: str
    url: str
    quote: str
    as_of: str


class WordShape(Shape):
    """A word of the trade, explained."""

    term: str
    meaning: str


class ContactShape(Shape):
    """Someone who can help."""

    name: str
    phone: str
    url: str
    checked: str


class RetrievedShape(Shape):
    """A section that was found."""

    id: str
    source: str
    place: str
    score: float


class Offered(Shape):
    """A letter or a guided check that goes with an answer."""

    kind: Literal["letter", "check"]
    name: str
    title: str


class Remembered(Shape):
    """The conversation an answer belongs to. `messages`: how many earlier ones it was read with; 0 after it expired."""

    id: str
    messages: int
    kept: bool = Field(description="false when this message was not kept, so that a follow-up must say it again")


class AnswerShape(Shape):
    """An answer: the object of `care-act ask --json`, and the conversation."""

    id: str
    status: str
    register_: str = Field(alias="register")
    text: str
    sentences: list[SentenceShape]
    next_steps: list[SentenceShape]
    sources: list[SourceShape]
    words: list[WordShape]
    contacts: list[ContactShape]
    retrieved: list[RetrievedShape]
    notes: list[str]
    composer: str
    timings_ms: dict[str, float]
    subject: str
    offers: list[Offered]
    conversation: Remembered | None


class Begun(Shape):
    """A new conversation. Its id is the only way to it: whoever has it can read and delete what was said."""

    conversation: str
    minutes: float


class History(Shape):
    """What the person said in a conversation, oldest first, without personal details."""

    conversation: str
    said: list[str]


class PassageShape(Shape):
    """A piece of an official text, byte for byte."""

    id: str
    place: str
    heading: str
    text: str
    in_force: bool


class OpenedShape(Shape):
    """The passages at a place, and their neighbours. `passages` is empty when the library holds no text of the source."""

    source: str
    place: str
    title: str
    publisher: str
    authority: str
    licence: str
    url: str
    as_of: str
    in_force: bool
    quote: str
    passages: list[PassageShape]
    before: list[PassageShape]
    after: list[PassageShape]


class Health(Shape):
    """Whether the server is up."""

    status: Literal["ok"]
    version: str


class Readiness(Shape):
    """Whether the server can answer, and what it answers from."""

    status: Literal["ready"]
    library_built: str
    conversations: Literal["ok", "away"]


class OpinionShape(Shape):
    """One person's word on one answer."""

    answer: str
    day: str
    useful: bool
    why: str
    subject: str
    question: str


class UnansweredShape(Shape):
    """How often a subject ended without an answer on a day."""

    subject: str
    title: str
    status: str
    day: str
    count: int


class SourceState(Shape):
    """A source, and how current it is."""

    id: str
    title: str
    authority: str
    as_of: str
    passages: int


class Overview(Shape):
    """The maintainer view."""

    library_built: str
    sources: list[SourceState]
    unanswered: list[UnansweredShape]
    feedback: list[OpinionShape]


class Case(Shape):
    """An evaluation case made from a question a person agreed to leave."""

    case: dict[str, Any]
    line: str = Field(description="the same as one line of JSON, to append to a file of cases")
