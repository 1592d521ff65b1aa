"""A message that asks several things gets each answered under its own heading; one that asks the same twice does not."""

from collections.abc import Sequence

from assistant.assistant import Assistant
from assistant.contract import as_json
from assistant.domain import (
    Card,
    Draft,
    DraftSentence,
    Evidence,
    Phrasing,
    Question,
    Retrieved,
    ScoredCard,
    Status,
    Verdict,
)
from assistant.presenting import as_text
from assistant.several import joined, ranked, search

BOTH = "How much savings can I have before I pay for care? Can I get a break from looking after my mum?"


def card(name: str) -> Card:
    return Card(name, name.capitalize(), ("money",), "card", Verdict.NONE, (), (), ())


def evidence(*names: str, similarity: float = 0.9) -> Evidence:
    nearest = Phrasing("how", Verdict.NONE)
    return Evidence(tuple(ScoredCard(card(name), -float(n), similarity, nearest, {}) for n, name in enumerate(names)))


def finds(table: dict[str, Evidence], asked: list[str]) -> "object":
    def find(question: Question) -> Evidence:
        asked.append(question.text)
        return table[question.text]

    return find


def searched(table: dict[str, Evidence], apart: Sequence[str]) -> list[str]:
    asked: list[str] = []
    found = search(Question("whole"), [Question(text) for text in apart], finds(table, asked))
    return [question.text for question, _ in found]


def test_questions_about_different_things_are_kept_apart() -> None:
    table = {"whole": evidence("a"), "one": evidence("a", "x"), "two": evidence("b", "y")}
    assert searched(table, ["one", "two"]) == ["one", "two"]


def test_questions_that_come_to_the_same_card_are_one() -> None:
    table = {"whole": evidence("a"), "one": evidence("a", "b"), "two": evidence("b", "a")}
    assert searched(table, ["one", "two"]) == ["whole"]


def test_a_question_that_nothing_is_near_gets_no_heading() -> None:
    table = {"whole": evidence("a"), "one": evidence("a"), "two": evidence("b", similarity=0.2), "three": Evidence()}
    assert searched(table, ["one", "two", "three"]) == ["whole"]


def test_each_of_several_questions_fills_a_part_of_the_answer() -> None:
    table = {"one": evidence("a"), "two": evidence("b"), "three": evidence("c")}
    found = search(Question("w"), [Question(text) for text in table], lambda question: table[question.text])
    assert all(question.share < 1 for question, _ in found)


def test_steps_are_said_once_and_at_the_end() -> None:
    step, other = DraftSentence("Ask in writing.", (), "next"), DraftSentence("Complain.", (), "next")
    one = Draft(Status.ANSWERED, (DraftSentence("A.", (), "verdict"), step), ("x",))
    two = Draft(Status.ANSWERED, (DraftSentence("B.", (), "verdict"), step, other), ("y",))
    draft = joined([(evidence("a"), one), (evidence("b"), two)])
    assert [s.text for s in draft.sentences] == ["A", "A.", "B", "B.", "Ask in writing.", "Complain."]
    assert [s.role for s in draft.sentences] == ["heading", "verdict", "heading", "verdict", "next", "next"]
    assert draft.contacts == ("x", "y")


def test_a_document_that_is_quoted_stands_under_its_own_title_not_that_of_the_nearest_card() -> None:
    quoted = Draft(
        Status.ANSWERED, (DraftSentence("It says: “…”", (), "verdict"),), composer="quotation", title="Policy"
    )
    other = Draft(Status.ANSWERED, (DraftSentence("B.", (), "verdict"),))
    draft = joined([(evidence("a"), quoted), (evidence("b"), other)])
    assert [s.text for s in draft.sentences if s.role == "heading"] == ["Policy", "B"]


def test_what_was_not_found_is_left_out_when_another_was() -> None:
    found, none = Draft(Status.ANSWERED, (DraftSentence("A.", (), "verdict"),)), Draft(Status.NOT_FOUND, ())
    assert joined([(evidence("a"), found), (evidence("b"), none)]) is found
    assert joined([(evidence("b"), none)]) is none


def test_sections_of_several_questions_take_turns_and_are_named_once() -> None:
    rows = [Retrieved(name, "act", name, 1.0) for name in ("s.1", "s.2", "s.3")]
    assert [row.place for row in ranked([rows[:2], [rows[2], rows[0]]])] == ["s.1", "s.3", "s.2"]


def test_two_questions_are_answered_end_to_end(assistant: Assistant) -> None:
    answer = assistant.answer(BOTH)
    headings = [sentence.text for sentence in answer.sentences if sentence.role == "heading"]
    assert len(headings) == 2
    assert all(heading in as_text(answer) for heading in headings)
    assert not any(sentence["text"] in headings for sentence in as_json(answer)["sentences"])
    assert list(dict.fromkeys(sentence["heading"] for sentence in as_json(answer)["sentences"])) == headings
    assert all(sentence["handles"] for sentence in as_json(answer)["sentences"])
