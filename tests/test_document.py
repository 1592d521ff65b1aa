"""An answer is laid out once; every channel shows the same words from it."""

import html
import re
from dataclasses import asdict

import pytest
from markdown_it import MarkdownIt

from assistant.assistant import Assistant
from assistant.document import BlockKind, Document, document
from assistant.domain import Answer, Cited, Contact, Force, Register, Sentence, Status, Word
from assistant.rendering import as_html, as_markdown, flat

HOSTILE = "1. *not* a [link](x) & <b>bold</b> `code` _under_ # head | - + = ~ \\ > end"
SOURCE = Cited(
    "1", "care-act-2014", "s.10(1)", "Care Act 2014, section 10(1)", "act", "https://example.org/10", "Exact “words”."
)


def answer(*sentences: Sentence, register: Register = Register.PLAIN) -> Answer:
    return Answer(
        "a1",
        Status.ANSWERED,
        register,
        sentences
        or (Sentence("You can ask.", Force.RIGHT, ("1",), "verdict"), Sentence("It is free.", Force.FACT, ("1",))),
        next_steps=(Sentence("Ask for a review.", Force.ADVICE, (), "next", ("review",)),),
        sources=(SOURCE,),
        words=(Word("review", "A new look at your plan."), Word("panel", "A meeting.")),
        contacts=(Contact("Age UK", "0800 000 000", "https://example.org/age"),),
        notes=("Only your council can decide.",),
    )


def kinds(laid_out: Document) -> list[BlockKind]:
    return [block.kind for block in laid_out.blocks]


def test_blocks_come_in_the_order_a_person_reads_them() -> None:
    assert kinds(document(answer())) == ["lead", "points", "next", "contacts", "words", "notes", "sources"]


def test_a_word_is_explained_where_it_is_first_used_and_only_there() -> None:
    text = flat(document(answer())).text
    assert "• Ask for a review. (Review: A new look at your plan.)" in text
    assert text.count("A new look at your plan.") == 1
    assert "Words used:\n• panel: A meeting." in text


def test_each_question_has_its_own_heading() -> None:
    said = (
        Sentence("The house", Force.FACT, (), "heading"),
        Sentence("It may not count.", Force.FACT, ("1",), "verdict"),
        Sentence("The job", Force.FACT, (), "heading"),
        Sentence("You need not give it up.", Force.FACT, ("1",), "verdict"),
    )
    laid_out = document(answer(*said))
    assert [block.heading for block in laid_out.blocks[:2]] == ["The house", "The job"]
    assert "The job:\nYou need not give it up. [1]" in flat(laid_out).text


def test_easy_answers_give_each_sentence_its_own_line() -> None:
    said = tuple(Sentence(text, Force.FACT, ("1",), "verdict") for text in ("One thing.", "Another."))
    assert len(document(answer(*said)).blocks[0].lines) == 1
    assert len(document(answer(*said, register=Register.EASY)).blocks[0].lines) == 2


def test_official_words_are_shown_to_staff() -> None:
    assert SOURCE.quote not in flat(document(answer())).text
    staff = document(answer(register=Register.STAFF))
    assert f"“{SOURCE.quote}”" in flat(staff).text
    assert SOURCE.quote in as_markdown(staff).replace("\\", "")
    assert html.escape(SOURCE.quote) in as_html(staff)


def test_marks_lie_exactly_over_their_words() -> None:
    made = flat(document(answer(register=Register.STAFF)))
    over = {(mark.kind, made.text[mark.offset : mark.offset + mark.length]) for mark in made.marks}
    assert {
        ("bold", "What to do next:"),
        ("bold", "Age UK"),
        ("link", "https://example.org/age"),
        ("link", "[1]"),
    } <= over
    assert ("italic", "(Review: A new look at your plan.)") in over
    assert ("quote", f"“{SOURCE.quote}”") in over
    ends = [mark.offset + mark.length for mark in made.marks]
    assert all(end <= mark.offset for end, mark in zip(ends, made.marks[1:], strict=False))  # none lies over another


def test_hostile_text_stays_text_in_markdown_and_html() -> None:
    laid_out = document(answer(Sentence(HOSTILE, Force.FACT, (), "verdict")))
    rendered = MarkdownIt().render(as_markdown(laid_out))
    for shown in (rendered, as_html(laid_out)):
        words = html.unescape(re.sub(r"<[^>]+>", "", shown))
        assert HOSTILE in words


@pytest.mark.parametrize("register", Register)
def test_every_channel_says_the_same_words(assistant: Assistant, register: Register) -> None:
    laid_out = document(assistant.answer("Can I get a break from looking after my mum?", register=register))
    said = [
        span.text.strip()
        for block in laid_out.blocks
        for line in block.lines
        for span in line.spans
        if span.text.strip()
    ]
    markdown = html.unescape(re.sub(r"<[^>]+>", "", MarkdownIt().render(as_markdown(laid_out))))
    page = html.unescape(re.sub(r"<[^>]+>", "", as_html(laid_out)))
    for text in said:
        assert text in flat(laid_out).text
        assert text in markdown
        assert text in page


def test_a_document_is_plain_data() -> None:
    assert asdict(document(answer()))["blocks"][0]["lines"][0]["spans"][0]["text"] == "You can ask."
