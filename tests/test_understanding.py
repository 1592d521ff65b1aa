"""A message becomes a standalone question: cleaned, shortened, parted, and joined with what it leans on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Register
from assistant.understanding import LONGEST, MAX_PARTS, MOST_ASKED, asked_apart, clean, understand


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_text_can_be_cleaned_and_cleaning_is_done_once(message: str) -> None:
    once = clean(message)
    assert clean(once) == once
    once.encode("utf-8")
    assert not any(char in once for char in "\x00\x07\x1b\x7f\r\t")


@given(st.text(max_size=4000), st.lists(st.text(max_size=300), max_size=3))
def test_any_message_makes_one_to_three_questions_of_bounded_length(message: str, history: list[str]) -> None:
    questions = understand(message, history)
    assert 1 <= len(questions) <= 3
    for question in questions:
        assert len(question.text) <= LONGEST
        assert len(question.parts) <= MAX_PARTS


def test_a_message_of_several_sentences_is_parted() -> None:
    [question] = understand("My dad fell twice. They sent him home anyway! Can they do that to him?")
    assert question.parts == ("My dad fell twice.", "They sent him home anyway!", "Can they do that to him?")


def test_a_single_sentence_has_no_parts() -> None:
    assert understand("Can I get a break from caring?")[0].parts == ()


def test_the_end_of_a_long_story_is_kept_where_the_question_stands() -> None:
    [question] = understand("I am so very tired. " * 30 + "Who pays for the home then?")
    assert question.parts[-1] == "Who pays for the home then?"


@pytest.mark.parametrize("message", ["and for my dad?", "What about the house", "can they do that"])
def test_a_message_that_leans_back_is_joined_with_the_one_before(message: str) -> None:
    [question] = understand(message, ["older", "Do I pay for care at home?"])
    assert question.text == f"Do I pay for care at home? {message}"


def test_a_long_message_says_what_it_is_about_and_is_left_alone() -> None:
    long = (
        "My mother needs a hoist at home and the nurse says the council should pay for it but nobody has rung us back"
    )
    assert understand(long, ["Do I pay for care?"])[0].text == long


def test_the_register_is_kept() -> None:
    assert understand("x", (), Register.STAFF)[0].register is Register.STAFF


def apart(message: str) -> list[str]:
    return [question.text for question in asked_apart(understand(message)[0])]


def test_questions_in_one_message_are_read_each_with_what_was_told_before() -> None:
    told = "Dad is 89 and has dementia."
    assert apart(f"{told} Who pays for the care home he needs? How do I complain about the ward?") == [
        f"{told} Who pays for the care home he needs?",
        f"{told} How do I complain about the ward?",
    ]


def test_two_questions_joined_by_and_are_told_apart_and_the_second_keeps_the_first_as_its_context() -> None:
    assert apart("can they charge mum for a sitter at home and can i get a carers assessment") == [
        "can they charge mum for a sitter at home",
        "can they charge mum for a sitter at home can i get a carers assessment",
    ]


def test_a_short_question_that_leans_on_the_last_sentence_is_no_second_one() -> None:
    assert apart("They cut his hours without a review. Is that right? Can they do that?") == []
    assert apart("Can I get a break from caring?") == []


def test_what_presses_is_answered_first() -> None:
    first, *_ = apart("How do I complain about the social worker? Can they discharge mum home tomorrow with no care?")
    assert "tomorrow" in first


def test_no_more_than_three_questions_are_answered_at_once() -> None:
    assert len(apart("Who pays for a care home for dad then? " * 6)) == MOST_ASKED
