"""The right draft, filled with what the person said and nothing else, every legal line with its place."""

import re
from pathlib import Path

import pytest

import evals
from assistant.assistant import Assistant
from assistant.contract import as_json
from assistant.domain import Status
from assistant.errors import BadCorpus
from assistant.letters import Letters
from assistant.presenting import as_text
from assistant.reference import Reference
from evals.cases import Case, load_cases
from ingest.cards import read_cards


def questions() -> list[Case]:
    """Every question of the evaluation, written by people who had not seen the letters."""
    data = Path(evals.__file__).parent / "data"
    return [case for path in sorted(data.glob("questions-*.jsonl")) for case in load_cases(path)]


@pytest.fixture(scope="module")
def letters(real_corpus: Path, reference: Reference) -> Letters:
    return Letters(real_corpus, reference)


def test_a_step_brings_the_letter_that_does_it(letters: Letters) -> None:
    steps = (
        "If you look after another adult, ask for a carer's assessment of your own.",
        "Tell the council in writing about changes.",  # how, not what
        "Get a good night's sleep before the visit; a cut is not certain.",  # a single word of a letter
        "Ask the council for a review of the plan, and say why.",
    )
    assert letters.fitting(steps) == ("carers-assessment", "review")
    assert letters.fitting(steps, most=1) == ("carers-assessment",)
    assert letters.fitting(()) == ()


def test_every_letter_can_be_filled_and_every_gap_has_a_question(letters: Letters) -> None:
    assert len(letters.names()) >= 12
    for name in letters.names():
        empty = letters.fill(name)
        assert {field.name for field in empty.missing} == {field.name for field in letters.get(name).fields}
        assert all(field.question.endswith("?") and f"[{field.label}]" in empty.text for field in empty.missing)
        full = letters.fill(name, {field.name: f"<{field.name}>" for field in empty.missing})
        assert full.missing == ()
        assert not re.search(r"[{}\[\]]", full.text)


def test_every_legal_line_names_its_place_in_the_letter_and_its_source_beside_it(letters: Letters) -> None:
    for name in letters.names():
        letter = letters.fill(name)
        handles = {cited.handle for cited in letter.sources}
        assert letter.lines
        for line in letter.lines:
            assert set(line.handles) <= handles
            assert line.handles or line.force == "advice"
            assert line.text[:-1] + " (" in letter.text


def test_a_value_stays_text_and_bad_ones_do_no_harm(letters: Letters) -> None:
    text = letters.fill("review", {"person": "Ann {council} \x00 [x]", "nothing": "y", "what_changed": "  "}).text
    assert "Ann {council} [x]" in text
    assert "[what has changed since the plan was made]" in text
    assert len(letters.fill("review", {"person": "x" * 100_000}).text) < 8_000
    told = "She cannot wash. " * 240  # a long message of Telegram's
    assert told.strip() in letters.fill("review", {"what_changed": told}).text


def test_a_letter_that_cannot_be_used_is_named_with_its_line(small_corpus: Path) -> None:
    path = small_corpus / "letters" / "review.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[must care-act-2014 s.27(1)(b)]", "[must s.27]", 1), encoding="utf-8"
    )
    with pytest.raises(BadCorpus, match=r"letters/review\.md:\d+"):
        Letters(small_corpus)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("can you write a letter asking for a carers assessment", "carers-assessment"),
        ("pls rite me a email to social services they cut my hours", "challenge-a-cut"),
        ("Template letter for a review?", "review"),
        ("could you do me a letter for deferred payment", "deferred-payment"),
        ("i need a letter to the council about mums discharge from hospital", "safe-discharge"),
    ],
)
def test_the_letter_is_found_by_what_it_is_about(letters: Letters, message: str, name: str) -> None:
    assert letters.match(message) == name


def test_what_was_said_before_tells_which_letter_is_meant(letters: Letters) -> None:
    said = ["They have cut my mum's hours from 14 to 7 and given no reasons"]
    assert letters.match("write to the council for me", said) == "challenge-a-cut"
    assert letters.match("write to the council for me") == ""


@pytest.mark.parametrize(
    "message",
    [
        "had a letter from counsil saying £112 a wk from monday",
        "can i write my own care plan",
        "The council wrote to me about my mum. What do I do?",
        "do they have to put it in writing",
        "write a poem",
        "Did the council get my email yesterday?",
    ],
)
def test_talk_about_letters_is_not_a_request_for_one(letters: Letters, message: str) -> None:
    assert not letters.asked_for(message)


@pytest.mark.parametrize(
    "message",
    [
        "help me write a complaint",
        "draft something I can send to get an advocate",
        "I need you to write to adult social care",
        "I'd like a letter asking for the reasons",
        "can u write a letter 2 the council plz",
        "do you have a letter I can use",
        "how do i write to the council asking for a needs assessment",
        "can you email them for me",
        "yes please write it",
    ],
)
def test_people_ask_for_a_letter_in_many_ways(letters: Letters, message: str) -> None:
    assert letters.asked_for(message)


@pytest.mark.parametrize(
    "word", ["please ", "draft ", "can you help me to ", "ok, ", "write A'", "please write draft "]
)
def test_a_hundred_kilobytes_of_one_word_are_looked_at_like_any_other_message(letters: Letters, word: str) -> None:
    message = word * (100_000 // len(word))
    assert letters.match(message) == ""
    assert letters.fields_said("carers-assessment", [message]).keys() <= {"my_limits", "what_i_do"}


def test_no_question_that_cards_answer_is_taken_for_a_request(letters: Letters, real_corpus: Path) -> None:
    asked = [phrasing.text for file in read_cards(real_corpus) if file.card for phrasing in file.card.asked]
    assert len(asked) > 10_000
    assert [text for text in (*asked, *(case.message for case in questions())) if letters.asked_for(text)] == []


def test_every_value_is_an_exact_span_of_something_said(letters: Letters) -> None:
    for case in questions():
        said = [*case.history, case.message]
        for name in letters.names():
            for value in letters.fields_said(name, said).values():
                for line in value.split("\n"):
                    assert any(line in message for message in said)


def test_only_what_was_said_is_filled_in_word_for_word(letters: Letters) -> None:
    said = [
        "I look after my mum. I do her meds, shopping and the bills. I have not slept properly since March.",
        "Leeds Council",
    ]
    fields = letters.fields_said("carers-assessment", said)
    assert fields == {
        "person": "my mum",
        "council": "Leeds Council",
        "what_i_do": "I do her meds, shopping and the bills.",
        "effect_on_me": "I have not slept properly since March.",
    }
    for doubtful in (
        "my mum and my dad both need me",
        "my wife looks after me",
        "My sister says I should ask for help",
    ):
        assert "person" not in letters.fields_said("needs-assessment", [doubtful])


def test_asked_on_the_road_the_answer_is_the_draft(assistant: Assistant) -> None:
    said = ["My mum's care was cut last week. It affects my mum badly."]
    answer = assistant.answer("Please write to the council for me", said)
    assert answer.status is Status.LETTER
    assert answer.letter is not None
    assert answer.letter.name == "challenge-a-cut"
    assert answer.letter.text in as_text(answer)
    assert as_json(answer)["letter"]["missing"][0] == {
        "name": "your_name",
        "label": "your name",
        "question": "What is your name?",
    }
    assert assistant.answer("write to the council for me").status is Status.CLARIFY
