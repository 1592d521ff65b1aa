"""A letter as Markdown keeps its lines and shows no marks of ours."""

from assistant.document import Block, BlockKind, Document, Line, Span
from assistant.domain import Register
from assistant.rendering import as_markdown


def test_a_letter_breaks_its_lines_but_not_at_the_end_of_a_paragraph() -> None:
    lines = ("My address", "The date", "", "Dear council,", "", "Yours,", "Ann")
    letter = Block(BlockKind.LETTER, tuple(Line((Span(line),)) for line in lines))
    written = as_markdown(Document((letter,), Register.PLAIN))
    assert written == "My address\\\nThe date\n\nDear council,\n\nYours,\\\nAnn\n"
