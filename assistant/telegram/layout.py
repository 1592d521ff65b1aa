"""An answer on a phone: the answer itself and its first sources; the rest behind *More* and *Sources*."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from assistant.document import BlockKind, Document, document
from assistant.domain import Answer, Register, Status
from assistant.places import base_ref
from assistant.rendering import Flat, Mark, flat
from assistant.telegram.memory import Told
from assistant.telegram.messages import Text, messages

MOST_SOURCES = 3  # shown with the answer; all of them behind the button
_SHOWN = {BlockKind.LEAD, BlockKind.POINTS, BlockKind.STAFF, BlockKind.NEXT, BlockKind.NOTES, BlockKind.SOURCES}
_MORE = {BlockKind.CONTACTS, BlockKind.WORDS}


def shown(answer: Answer, note: str = "") -> tuple[Text, ...]:
    """The messages of an answer. Who can help is shown at once when that is the answer, and behind *More* otherwise."""
    kinds = _SHOWN if _answers_itself(answer) else _SHOWN | {BlockKind.CONTACTS}
    laid = _only(document(answer), kinds)
    first = _first_of_each_section(answer)
    blocks = tuple(
        replace(block, lines=tuple(line for line in block.lines if line.handle in first))
        if block.kind is BlockKind.SOURCES
        else block
        for block in laid.blocks
    )
    # Quotations are behind the button, for staff too: on a phone they would bury the answer.
    told = flat(Document(blocks, Register.PLAIN))
    return messages(_headed(note, told) if note else told)


def told(answer: Answer, letters: tuple[str, ...] = ()) -> Told:
    """What the buttons under an answer show."""
    laid = document(answer)
    more = _MORE if _answers_itself(answer) else {BlockKind.WORDS}
    sources = replace(_only(laid, {BlockKind.SOURCES}), register=Register.STAFF)  # with the official words
    return Told(
        answer.id,
        subject=answer.subject,
        letters=letters,
        more=messages(flat(_only(laid, more))),
        sources=messages(flat(sources)),
    )


def whole(answer: Answer) -> tuple[Text, ...]:
    """Everything the answer holds."""
    return messages(flat(document(answer)))


def lines(*paragraphs: str) -> tuple[Text, ...]:
    """Messages of paragraphs without marks."""
    return messages(Flat("\n\n".join(filter(None, paragraphs)), ()))


def _answers_itself(answer: Answer) -> bool:
    return answer.status in {Status.ANSWERED, Status.LETTER, Status.CLARIFY, Status.GREETING}


def _only(laid: Document, kinds: Collection[BlockKind]) -> Document:
    return replace(laid, blocks=tuple(block for block in laid.blocks if block.kind in kinds))


def _first_of_each_section(answer: Answer) -> set[str]:
    """The handles of the first sources, one of each section."""
    sections: dict[tuple[str, str], str] = {}
    for cited in answer.sources:
        sections.setdefault((cited.source, base_ref(cited.place)), cited.handle)
    return set(list(sections.values())[:MOST_SOURCES])


def _headed(note: str, told: Flat) -> Flat:
    """The text with a note above it, in italics."""
    above = f"{note}\n\n"
    marks: Iterable[Mark] = (replace(mark, offset=mark.offset + len(above)) for mark in told.marks)
    return Flat(above + told.text, (Mark("italic", 0, len(note)), *marks))
