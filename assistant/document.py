"""An answer laid out: blocks of lines of spans, from which text, Markdown, HTML and Telegram's entities are all made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Answer, Cited, Contact, Force, Letter, Register, Sentence

LEADING = {"verdict", "signpost"}  # roles of sentences that make a paragraph; others are points
APART = {"staff", "letter", "say"}  # each has a block of its own


class BlockKind(StrEnum):
    """What a block is for, so that a channel can style it."""

    LEAD = "lead"
    POINTS = "points"
    STAFF = "staff"
    LETTER = "letter"
    GAPS = "gaps"
    SAY = "say"
    NEXT = "next"
    CONTACTS = "contacts"
    WORDS = "words"
    NOTES = "notes"
    SOURCES = "sources"


HEADINGS: Mapping[BlockKind, str] = {
    BlockKind.STAFF: "For staff",
    BlockKind.GAPS: "What is left for you to fill in",
    BlockKind.SAY: "What to say at the assessment",
    BlockKind.NEXT: "What to do next",
    BlockKind.CONTACTS: "Who can help",
    BlockKind.WORDS: "Words used",
    BlockKind.SOURCES: "What this rests on",
}

# What a sentence rests on, in the words staff use. A fact or a tip needs no name.
FORCES: Mapping[Force, str] = {
    Force.MUST: "duty",
    Force.MAY: "power",
    Force.SHOULD: "guidance",
    Force.RIGHT: "right",
    Force.OPINION: "opinion",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `handle` is set on a source mark such as `[1]`; its `url` is the source's own page."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or a list item. A source's line carries its handle, and its exact official words as `quote`."""

    spans: tuple[Span, ...]
    handle: str = ""
    quote: str = ""

    @property
    def text(self) -> str:
        """The line without styles and without its quotation."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, under a heading or none; `bulleted` when they are a list."""

    kind: BlockKind
    lines: tuple[Line, ...]
    heading: str = ""
    bulleted: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """An answer in blocks, in the order a person reads them."""

    blocks: tuple[Block, ...]
    register: Register = Register.PLAIN


def document(answer: Answer) -> Document:
    """The answer laid out: the answer itself, what to do next, who can help, words, notes, what it rests on."""
    sources = {cited.handle: cited for cited in answer.sources}
    meanings = {word.term: word.meaning for word in answer.words}

    def lines(sentences: Iterable[Sentence]) -> tuple[Line, ...]:
        for_staff = answer.register is Register.STAFF
        return tuple(Line(tuple(_spans(sentence, sources, meanings, for_staff))) for sentence in sentences)

    told = {term for s in (*answer.sentences, *answer.next_steps) for term in s.terms}
    left = [word for word in answer.words if word.term not in told]
    blocks = [
        *_answer_blocks(answer, lines),
        *(_letter_blocks(answer.letter) if answer.letter is not None else ()),
        _block(BlockKind.NEXT, lines(answer.next_steps)),
        _block(BlockKind.CONTACTS, map(_contact_line, answer.contacts)),
        _block(BlockKind.WORDS, (Line((Span(w.term, bold=True), Span(f": {w.meaning}"))) for w in left)),
        _block(BlockKind.NOTES, (Line((Span(note),)) for note in answer.notes)),
        _block(BlockKind.SOURCES, (_source_line(cited, answer.register is Register.STAFF) for cited in answer.sources)),
    ]
    return Document(tuple(block for block in blocks if block.lines), answer.register)


def _answer_blocks(answer: Answer, lines: Callable[[Iterable[Sentence]], tuple[Line, ...]]) -> Iterator[Block]:
    """The direct answer and its points, once for each question answered; then what is for staff."""
    for heading, part in parts(answer.sentences):
        leading = lines(s for s in part if s.role in LEADING)
        if answer.register is not Register.EASY and not any(s.role == "signpost" for s in part):
            leading = _one_paragraph(leading)
        yield Block(BlockKind.LEAD, leading, heading)
        points = lines(s for s in part if s.role not in {*LEADING, *APART})
        yield Block(BlockKind.POINTS, points, "" if leading else heading, bulleted=True)
    yield _block(BlockKind.SAY, lines(s for s in answer.sentences if s.role == "say"))
    yield _block(BlockKind.STAFF, lines(s for s in answer.sentences if s.role == "staff"))


def _letter_blocks(letter: Letter) -> Iterator[Block]:
    """The draft as it is to be sent, a line a line, and the questions that fill its gaps."""
    yield Block(BlockKind.LETTER, tuple(Line((Span(line),)) for line in letter.text.rstrip().split("\n")))
    yield _block(BlockKind.GAPS, (Line((Span(gap.question),)) for gap in letter.missing))


def parts(sentences: Iterable[Sentence]) -> list[tuple[str, list[Sentence]]]:
    """The sentences under each heading, in order; a single part without a heading when there is none."""
    parts: list[tuple[str, list[Sentence]]] = [("", [])]
    for sentence in sentences:
        if sentence.role == "heading":
            parts.append((sentence.text, []))
        else:
            parts[-1][1].append(sentence)
    return parts


def _one_paragraph(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    spans = [span for n, line in enumerate(lines) for span in ((Span(" "),) * bool(n) + line.spans)]
    return (Line(tuple(spans)),) if spans else ()


def _block(kind: BlockKind, lines: Iterable[Line]) -> Block:
    return Block(kind, tuple(lines), HEADINGS.get(kind, ""), bulleted=kind not in {BlockKind.NOTES, BlockKind.SOURCES})


def _spans(
    sentence: Sentence, sources: Mapping[str, Cited], meanings: Mapping[str, str], for_staff: bool
) -> Iterator[Span]:
    """The sentence, for staff its force and places, its source marks, and what its words mean."""
    yield Span(sentence.text)
    cited = [sources[handle] for handle in sentence.handles if handle in sources]
    if for_staff and cited:
        force = f"{FORCES[sentence.force]}: " if sentence.force in FORCES else ""
        yield Span(f" ({force}{', '.join(_short_places(cited))})")
    for handle in sentence.handles:
        yield Span(" ")
        yield Span(f"[{handle}]", url=sources[handle].url if handle in sources else "", handle=handle)
    for term in sentence.terms:
        if term in meanings:
            yield Span(" ")
            yield Span(f"({term[:1].upper()}{term[1:]}: {meanings[term]})", italic=True)


def _short_places(cited: Iterable[Cited]) -> Iterator[str]:
    """Places as staff write them, a source named once: `Care Act 2014 s.10(1), s.12(4)(a)`."""
    named = ""
    for source in cited:
        title = source.title.partition(", ")[0]
        place = "" if source.place == "page" else source.place
        yield (place if title == named else f"{title} {place}").strip() or title
        named = title


def _contact_line(contact: Contact) -> Line:
    parts = [Span(contact.name, bold=True)]
    for text, url in ((contact.phone, ""), (contact.url, contact.url), (contact.when, "")):
        if text:
            parts += [Span(" · "), Span(text, url=url)]
    return Line(tuple(parts))


def _source_line(cited: Cited, for_staff: bool) -> Line:
    as_of = (Span(f" (text as of {cited.as_of})"),) if for_staff and cited.as_of else ()
    return Line((Span(f"[{cited.handle}] "), Span(cited.title, url=cited.url), *as_of), cited.handle, cited.quote)
