"""A file of questions is answered line by line, goes on where it stopped, and loses nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.batch import answer_batch, read_batch
from assistant.errors import BadSource

LINES = [
    {"id": "q1", "question": "Can I get a break from looking after my mum?"},
    {"id": "q2", "turns": ["Can I get a break from looking after my mum?", "and who pays for it?"]},
    {"id": "q3", "question": "", "kind": "other fields are left alone"},
    {"id": "q4", "question": "what is wellbeing", "register": "staff"},
]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def held(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def run(assistant: Assistant, asked: Path, out: Path) -> list[str]:
    return [answer["id"] for answer in answer_batch(assistant, read_batch(asked), out)]


def test_every_line_is_answered_in_order(assistant: Assistant, asked: Path, out: Path) -> None:
    assert run(assistant, asked, out) == ["q1", "q2", "q3", "q4"]
    answers = held(out)
    assert [(answer["id"], answer["status"]) for answer in answers][:3] == [
        ("q1", "answered"),
        ("q2", "answered"),
        ("q3", "clarify"),
    ]
    assert answers[3]["register"] == "staff"


def test_a_line_of_turns_is_answered_from_what_was_said_before(assistant: Assistant, asked: Path, out: Path) -> None:
    run(assistant, asked, out)
    assert held(out)[1]["retrieved"][0]["place"] == "s.20"


def test_a_second_run_writes_nothing_new(assistant: Assistant, asked: Path, out: Path) -> None:
    run(assistant, asked, out)
    before = out.read_bytes()
    assert run(assistant, asked, out) == []
    assert out.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 2, 40, 300])
def test_a_last_line_cut_off_is_answered_again_and_the_others_are_kept(
    assistant: Assistant, asked: Path, out: Path, cut: int
) -> None:
    run(assistant, asked, out)
    whole = out.read_bytes()
    out.write_bytes(whole[:-cut])
    again = run(assistant, asked, out)
    assert again == ([] if cut == 1 else ["q4"])  # the line end alone is no loss
    assert [answer["id"] for answer in held(out)] == ["q1", "q2", "q3", "q4"]
    assert out.read_bytes().splitlines()[:3] == whole.splitlines()[:3]


def test_a_cut_in_the_middle_of_a_letter_is_mended_too(assistant: Assistant, asked: Path, out: Path) -> None:
    run(assistant, asked, out)
    out.write_bytes(out.read_bytes() + '{"id": "£'.encode()[:-1])
    assert run(assistant, asked, out) == []
    assert len(held(out)) == 4


@pytest.mark.parametrize(
    "theirs", ["my notes\n", '{"id": "q1", "question": "mine"}\n', "one line\nand half of another", "my no"]
)
def test_a_file_that_holds_something_else_is_left_as_it_is(
    assistant: Assistant, asked: Path, out: Path, theirs: str
) -> None:
    out.write_text(theirs, encoding="utf-8")
    with pytest.raises(BadSource, match="more than answers"):
        run(assistant, asked, out)
    assert out.read_text(encoding="utf-8") == theirs


def test_lines_added_to_the_input_are_answered_and_no_others(assistant: Assistant, asked: Path, out: Path) -> None:
    run(assistant, asked, out)
    with asked.open("a", encoding="utf-8") as more:
        more.write('\n{"id": "q5", "question": "advocate"}\n')
    assert run(assistant, asked, out) == ["q5"]


def test_an_id_that_stands_twice_is_answered_twice_and_not_a_third_time(
    assistant: Assistant, asked: Path, out: Path
) -> None:
    asked.write_text('{"id": "q1", "question": "advocate"}\n{"id": "q1", "question": "review"}\n', encoding="utf-8")
    assert run(assistant, asked, out) == ["q1", "q1"]
    assert run(assistant, asked, out) == []


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "{",
        "[]",
        '{"question": "no id"}',
        '{"id": 7, "question": "a number for an id"}',
        '{"id": "q9", "question": ["a list"]}',
        '{"id": "q9", "question": "x", "register": "pirate"}',
        '{"id": "q9", "turns": "not a list"}',
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_answered(asked: Path, line: str) -> None:
    asked.write_text(f'{{"id": "q1", "question": "x"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(BadSource, match=r"in\.jsonl:3: .*Each line is an object"):
        read_batch(asked)


def test_a_file_saved_on_windows_is_read(asked: Path) -> None:
    asked.write_bytes(b'\xef\xbb\xbf{"id": "q1", "question": "x"}\r\n{"id": "q2", "question": "y"}\r\n')
    assert [line.id for line in read_batch(asked)] == ["q1", "q2"]


def test_a_line_separator_inside_a_question_is_part_of_it(asked: Path) -> None:
    asked.write_text('{"id": "q1", "question": "one\u2028two\u0085three"}\n', encoding="utf-8")
    assert read_batch(asked)[0].question == "one\u2028two\u0085three"


@pytest.mark.parametrize(
    "make", [lambda _: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe")]
)
def test_an_input_that_is_no_text_file_is_named(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "questions")
    with pytest.raises(BadSource, match="questions cannot be read"):
        read_batch(tmp_path / "questions")


@pytest.mark.parametrize("out", ["missing/folder/out.jsonl", "."])
def test_an_output_that_cannot_be_written_is_named(assistant: Assistant, asked: Path, tmp_path: Path, out: str) -> None:
    with pytest.raises(BadSource, match=r"cannot be used.*Give --out"):
        run(assistant, asked, tmp_path / out)
