"""A card written by a person who is no programmer is read whole, and what is wrong is named by line."""

from pathlib import Path

import pytest
from small_cards import BREAK

from assistant.domain import Force, Verdict
from assistant.errors import BadCorpus
from ingest.cards import CardFile, read_card, read_cards
from ingest.next_steps import read_next_steps


def read(tmp_path: Path, text: str | bytes, name: str = "a-break.md") -> CardFile:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_card(path, name)


def told(file: CardFile) -> str:
    return "\n".join(map(str, file.problems))


def test_a_whole_card_is_read_part_by_part(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK)
    assert file.problems == []
    card = file.card
    assert card is not None
    assert (card.id, card.title, card.topics, card.kind) == (
        "a-break",
        "Getting a break from caring",
        ("assessment-carer",),
        "answer",
    )
    assert (len(card.lead), len(card.points), len(card.todo), len(card.easy), len(card.staff)) == (1, 3, 1, 1, 1)
    assert card.next == ("ask-in-writing", "complain")
    assert card.points[1].force is Force.MAY


def test_the_verdict_is_taken_off_and_the_sentence_stands_alone(tmp_path: Path) -> None:
    card = read(tmp_path, BREAK).card
    assert card is not None
    assert card.verdict is Verdict.YES
    assert card.lead[0].text == "Your council must meet your needs for support when they are eligible."


def test_a_phrasing_may_carry_its_own_verdict(tmp_path: Path) -> None:
    card = read(tmp_path, BREAK).card
    assert card is not None
    assert [(p.text[-6:], p.verdict) for p in card.asked] == [
        ("y mum?", Verdict.YES),
        ("or dad", Verdict.YES),
        ("aring?", Verdict.NONE),
        ("break?", Verdict.NO),
    ]


def test_statements_are_numbered_and_know_their_line(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK)
    assert file.card is not None
    lines = BREAK.splitlines()
    for statement in file.card.statements:
        assert statement.text[-20:] in lines[file.statement_lines[statement.id] - 1]


def test_colons_quotation_marks_and_brackets_in_a_title_or_phrasing_need_no_care(tmp_path: Path) -> None:
    text = BREAK.replace("title: Getting", 'title: "Time off": getting').replace(
        "i need respite", 'they said: "no [sic]", i need'
    )
    file = read(tmp_path, text)
    assert file.problems == []
    assert file.card is not None
    assert file.card.title == '"Time off": getting a break from caring'
    assert file.card.asked[1].text == 'they said: "no [sic]", i need from caring for dad'


def test_a_sentence_may_run_over_lines(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK.replace("A break from caring can be", "A break from caring\n  can be"))
    assert file.problems == []
    assert file.card is not None
    assert file.card.points[0].text == "A break from caring can be one way to meet your needs."


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_files_saved_on_windows_are_read(tmp_path: Path, ending: str) -> None:
    file = read(tmp_path, b"\xef\xbb\xbf" + BREAK.replace("\n", ending).encode())
    assert file.problems == []
    assert file.card is not None
    assert file.card.id == "a-break"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("---\nid", "id", 1, "must open with a line of three hyphens"),
        ("---\n**Yes", "**Yes", 1, "the header never ends"),
        ("title:", "tilte:", 3, "'tilte: Getting a break from caring' is not a header line"),
        ("title: Getting a break from caring\n", "", 1, "the header has no 'title'"),
        ("topics: [assessment-carer]\n", "", 1, "the header has no 'topics'"),
        ("id: a-break", "id: another", 2, "must equal the file name 'a-break'"),
        ("topics: [", "kind: poem\ntopics: [", 4, "kind 'poem' is unknown"),
        ("## What to do", "## What now", 18, "'## What now' is not a known heading"),
        (" [must care-act-2014 s.20(1)]\n\n- A break", "\n\n- A break", 12, "no mark after"),
        ("[may care-act-2014", "[might care-act-2014", 15, "is not a mark"),
    ],
)
def test_a_slip_is_named_with_its_line_and_what_to_change(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in BREAK
    file = read(tmp_path, BREAK.replace(old, new, 1))
    assert f"a-break.md:{line}: " in told(file)
    assert message in told(file)


def test_a_card_without_an_answer_says_so(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK.partition("**Yes")[0])
    assert file.card is None
    assert "no answer: start the body with a marked sentence" in told(file)


def test_a_verdict_with_nothing_after_it_is_no_answer(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK.replace(" Your council must meet your needs for support when they are eligible.", ""))
    assert "has only a verdict" in told(file)


def test_bytes_that_are_not_text_are_named(tmp_path: Path) -> None:
    file = read(tmp_path, BREAK.encode().replace(b"Getting", b"Gett\xffing"))
    assert file.card is None
    assert "not UTF-8 text" in told(file)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    assert "must open with a line of three hyphens" in told(read(tmp_path, ""))


def test_cards_are_read_in_the_order_of_their_paths(small_corpus: Path) -> None:
    names = [file.file for file in read_cards(small_corpus)]
    assert len(names) == 12
    assert names == sorted(names)


def test_next_steps_are_read_with_their_contacts(small_corpus: Path) -> None:
    steps, problems = read_next_steps(small_corpus)
    assert problems == []
    assert list(steps) == ["ask-in-writing", "complain"]
    assert len(steps["complain"].statements) == 2
    assert steps["complain"].contacts == ("lgsco",)


def test_an_unmarked_next_step_is_named(small_corpus: Path) -> None:
    (small_corpus / "next-steps.md").write_text("# Steps\n\n## write\nWrite a letter.\n", encoding="utf-8")
    _, problems = read_next_steps(small_corpus)
    assert "next-steps.md:3: no mark after" in str(problems[0])


def test_missing_next_steps_are_asked_for(small_corpus: Path) -> None:
    (small_corpus / "next-steps.md").unlink()
    with pytest.raises(BadCorpus, match=r"next-steps\.md is missing"):
        read_next_steps(small_corpus)
