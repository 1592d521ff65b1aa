"""Marked sentences are read in order, and every slip is named with its line and what to do."""

import pytest

from assistant.domain import Force, Place
from assistant.marks import Marked, Problem, read_marked


def read(text: str) -> tuple[list[Marked], list[Problem]]:
    problems: list[Problem] = []
    return list(read_marked(text, "a.md", 7, problems)), problems


def test_several_sentences_of_one_paragraph_keep_their_own_marks() -> None:
    marked, problems = read(
        "You can ask. [right act s.1] They must answer. [must act s.2(1), s.3; regs reg.4] Write. [advice]"
    )
    assert problems == []
    assert [(m.text, m.force, m.places) for m in marked] == [
        ("You can ask.", Force.RIGHT, (Place("act", "s.1"),)),
        ("They must answer.", Force.MUST, (Place("act", "s.2(1)"), Place("act", "s.3"), Place("regs", "reg.4"))),
        ("Write.", Force.ADVICE, ()),
    ]
    assert {m.line for m in marked} == {7}


def test_paragraphs_of_a_schedule_go_on_in_the_same_schedule() -> None:
    marked, problems = read("So it is. [fact regs sch.2 para.4, para.5, reg.1]")
    assert problems == []
    assert [place.ref for place in marked[0].places] == ["sch.2 para.4", "sch.2 para.5", "reg.1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("No mark at all.", "no mark after 'No mark at all.'"),
        ("Fine. [advice] And then none.", "no mark after 'And then none.'"),
        ("A misspelt one. [mst act s.1]", "'[mst act s.1]' is not a mark"),
        ("[must act s.1]", "has no sentence before it"),
        ("No place. [must]", "names no place"),
        ("Only a source. [must act]", "names a source without a place"),
        ("A wrong place. [must act section 1]", "'section 1' is not a place"),
    ],
)
def test_each_slip_is_named_with_file_line_and_remedy(text: str, told: str) -> None:
    _, problems = read(text)
    assert any(told in problem.message for problem in problems), problems
    assert all(str(problem).startswith("a.md:7: ") for problem in problems)


def test_a_sentence_with_a_slip_in_its_place_is_still_read_so_that_the_next_slip_shows_too() -> None:
    marked, problems = read("One. [must act s.x] Two. [must act s.y]")
    assert [m.text for m in marked] == ["One.", "Two."]
    assert sum("is not a place" in problem.message for problem in problems) == 2


def test_a_warning_says_that_it_is_one() -> None:
    assert str(Problem("a.md", 1, "long.", warning=True)) == "a.md:1: warning: long."
