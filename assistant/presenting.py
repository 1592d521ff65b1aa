"""Turns a checked draft into an Answer, and an Answer into plain text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache

from assistant import rendering
from assistant.citing import Citations
from assistant.document import document as document  # where other rooms find it
from assistant.domain import (
    Answer,
    Cited,
    Contact,
    Draft,
    DraftSentence,
    Figure,
    Force,
    Letter,
    Passage,
    Register,
    Retrieved,
    Sentence,
    Status,
    Word,
)
from assistant.places import base_ref
from assistant.reference import Reference
from assistant.routing import Signpost

STAFF_NET = "General information, not legal advice: check the official text before you rely on it. The decision is the council's."
SAFETY_NET = "Only your council can decide about your own case. This is general information, not legal advice."
_NOT_FOUND = (
    "I do not have a sure answer to that, so I will not guess.",
    "Your council's adult social care team, or an advice organisation, would know.",
)
_ERROR = "Sorry, something went wrong here and I could not answer. Nothing you wrote was kept. Please try again in a little while."
_LETTER = (
    "Here is a draft: {title}.",
    "I used only what you said here.",
    "Fill in the gaps in square brackets.",
    "Check it before you send it, and keep a copy.",
)
LETTER_NOTE = "This is a draft, not legal advice. Names and addresses you write into it are not kept here."
_FOR_EXAMPLE = "You could ask, for example:"
_WHICH_LETTER = "I can write a draft for you. What should the letter be about? These are the ones I know:"
_LONGEST_QUOTE = 60  # words


class Presenter:
    """Knows the sources, contacts, figures and words an answer may show, and the official words held for places."""

    def __init__(
        self,
        reference: Reference,
        quotes: Mapping[str, str],
        library: str = "",
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        """`library` is the name of the library in use: what staff paste into a case note says which one answered."""
        self._reference, self._quotes = reference, quotes
        self._library, self._today = library, today
        self._words_in = lru_cache(maxsize=8192)(reference.words_in)  # statements are shown again and again

    def answer(self, answer_id: str, draft: Draft, register: Register, retrieved: Sequence[Retrieved]) -> Answer:
        """The answer of a checked draft: sources numbered in order of use, words explained, contacts from data."""
        if draft.status is Status.NOT_FOUND:
            return self._not_found(answer_id, draft, register, retrieved)
        citations = Citations(self._reference, self._quotes)
        sentences, steps = list[Sentence](), list[Sentence]()
        for drafted in draft.sentences:
            numbered = citations.handles(place for statement in drafted.cites for place in statement.places)
            sentence = Sentence(drafted.text, _force(drafted), numbered, drafted.role)
            (steps if drafted.role == "next" else sentences).append(sentence)
        words = () if register is Register.STAFF else self._explain(sentences, steps)
        figures = dict.fromkeys(name for d in draft.sentences for statement in d.cites for name in statement.figures)
        return Answer(
            id=answer_id,
            status=draft.status,
            register=register,
            sentences=tuple(sentences),
            next_steps=tuple(steps),
            sources=citations.cited(),
            words=words,
            contacts=self._contacts(draft.contacts),
            retrieved=tuple(retrieved),
            notes=(*self._figure_notes(figures), *self._closing_notes(register)),
            composer=draft.composer,
            stopped=draft.stopped,
        )

    def signpost(self, answer_id: str, signpost: Signpost, register: Register) -> Answer:
        """A route's fixed words, with its contacts."""
        sentences = tuple(Sentence(text, Force.ADVICE, (), "signpost") for text in signpost.text)
        return Answer(
            answer_id,
            signpost.status,
            register,
            sentences,
            contacts=self._contacts(signpost.contacts),
            composer="route",
        )

    def clarify(self, answer_id: str, ask_back: str, register: Register, choices: Sequence[str] = ()) -> Answer:
        """A short question back to the person, and questions they may mean."""
        said = [Sentence(ask_back, Force.ADVICE, (), "signpost")]
        said += [Sentence(_FOR_EXAMPLE, Force.ADVICE, (), "signpost")] * bool(choices)
        said += [Sentence(choice, Force.ADVICE, (), "choice") for choice in choices]
        return Answer(answer_id, Status.CLARIFY, register, tuple(said), composer="route")

    def letter(self, answer_id: str, letter: Letter, register: Register) -> Answer:
        """A draft to copy and send: what it is, the draft with its law, and the gaps that are left."""
        opening = [Sentence(text.format(title=letter.title), Force.ADVICE, (), "verdict") for text in _LETTER]
        return Answer(
            answer_id,
            Status.LETTER,
            register,
            (*opening, *letter.lines),
            sources=letter.sources,
            contacts=self._contacts(["find-council"]),
            notes=(LETTER_NOTE,),
            letter=letter,
        )

    def which_letter(self, answer_id: str, titles: Iterable[str], register: Register) -> Answer:
        """The letters there are, when it is not clear which one is wanted."""
        said = [Sentence(_WHICH_LETTER, Force.ADVICE, (), "verdict")]
        said += [Sentence(f"{title}.", Force.ADVICE, (), "point") for title in titles]
        return Answer(answer_id, Status.CLARIFY, register, tuple(said), composer="route")

    def failed(self, answer_id: str, register: Register) -> Answer:
        """What a person sees when machinery broke: an apology, never a trace."""
        said = Sentence(_ERROR, Force.ADVICE, (), "signpost")
        return Answer(answer_id, Status.ERROR, register, (said,), composer="route")

    def _not_found(self, answer_id: str, draft: Draft, register: Register, retrieved: Sequence[Retrieved]) -> Answer:
        said = list(_NOT_FOUND)
        if draft.nearest_title:
            said.insert(1, f"The nearest subject I know about is: {draft.nearest_title.rstrip('.')}.")
        sentences = [Sentence(text, Force.ADVICE, (), "signpost") for text in said]
        sources = []
        for n, passage in enumerate(draft.quotes, 1):
            quote = official_words(passage)
            sentences.append(Sentence(f"The nearest official words I hold: “{quote}”", Force.FACT, (str(n),), "quote"))
            sources.append(self._reference.cited(str(n), passage.place, quote))
        return Answer(
            answer_id,
            Status.NOT_FOUND,
            register,
            tuple(sentences),
            sources=tuple(sources),
            contacts=self._contacts(draft.contacts),
            retrieved=tuple(retrieved),
            composer=draft.composer,
        )

    def _explain(self, *groups: list[Sentence]) -> tuple[Word, ...]:
        """The words of the trade in some sentences; each sentence is told those it is the first to use."""
        told: dict[str, Word] = {}
        for group in groups:
            for n, sentence in enumerate(group):
                new = [word for word in self._words_in(sentence.text) if word.term not in told]
                told |= {word.term: word for word in new}
                group[n] = replace(sentence, terms=tuple(word.term for word in new))
        return tuple(told.values())

    def _contacts(self, names: Iterable[str]) -> tuple[Contact, ...]:
        return tuple(self._reference.contacts[name] for name in names if name in self._reference.contacts)

    def _closing_notes(self, register: Register) -> tuple[str, ...]:
        """Who decides; for staff also the date and the library, as a case note needs them."""
        if register is not Register.STAFF:
            return (SAFETY_NET,)
        version = f", library {self._library}" if self._library else ""
        return (STAFF_NET, f"Care Act assistant, {spoken(self._today())}{version}.")

    def _figure_notes(self, names: Iterable[str]) -> tuple[str, ...]:
        figures: list[Figure] = [self._reference.figures[name] for name in names if name in self._reference.figures]
        dated = [figure for figure in figures if figure.year != "law"]
        if not dated:
            return ()
        amounts = ", ".join(f"{figure.amount} (confirmed for {figure.year})" for figure in dated)
        return (f"Amounts can change each April: {amounts}. Check them at {dated[0].check_at}",)


def spoken(day: date) -> str:
    """A date as people write it: 23 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _force(drafted: DraftSentence) -> Force:
    """A heading claims nothing."""
    return drafted.cites[0].force if drafted.cites else Force.FACT


def official_words(passage: Passage) -> str:
    """A passage cut at a line end to what can be read at a glance; always an exact span of the source."""
    kept: list[str] = []
    for line in passage.text.splitlines():
        if kept and sum(len(part.split()) for part in (*kept, line)) > _LONGEST_QUOTE:
            break
        kept.append(line)
    return "\n".join(kept).strip()


def as_text(answer: Answer) -> str:
    """The whole answer as plain text: the answer, what to do next, who can help, and what it rests on."""
    return rendering.flat(document(answer)).text


def as_markdown(answer: Answer) -> str:
    """The whole answer as CommonMark."""
    return rendering.as_markdown(document(answer))


def as_html(answer: Answer) -> str:
    """The whole answer as HTML sections, everything escaped; a source mark leads to `#source-N`."""
    return rendering.as_html(document(answer))


def sections_named(sources: Iterable[Cited]) -> tuple[tuple[str, str], ...]:
    """The sections an answer names, each once: (source, section)."""
    return tuple(dict.fromkeys((cited.source, base_ref(cited.place)) for cited in sources))
