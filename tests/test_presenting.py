"""An answer keeps the contract of DESIGN.md, shows nothing that is not in the data, and every handle leads somewhere."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.contract import as_json
from assistant.domain import (
    Answer,
    Draft,
    DraftSentence,
    Force,
    Passage,
    Place,
    Register,
    Statement,
    Status,
)
from assistant.presenting import Presenter, as_text, official_words, sections_named
from assistant.reference import Reference
from assistant.routing import Signpost

CONTRACT: dict[str, Any] = {
    "id": str,
    "status": str,
    "register": str,
    "text": str,
    "sentences": {"text": str, "force": str, "handles": list},
    "next_steps": {"text": str, "handles": list},
    "sources": dict.fromkeys(("handle", "source", "place", "title", "authority", "url", "quote", "as_of"), str),
    "words": {"term": str, "meaning": str},
    "contacts": dict.fromkeys(("name", "phone", "url", "checked"), str),
    "retrieved": {"id": str, "source": str, "place": str, "score": float},
    "composer": str,
    "timings_ms": dict,
}
LAID_OUT = {"role", "terms", "heading"}
MORE = {  # what we add to the contract
    "": {"notes", "letter"},
    "sentences": LAID_OUT,
    "next_steps": {"force"} | LAID_OUT,
    "contacts": {"when"},
}
ASKED = (
    "Can I get a break from looking after my mum?",
    "how much savings can i have before i pay for care",
    "hello",
    "",
    "zq xv",
)


def held_to_contract(whole: dict[str, Any]) -> None:
    """Names and types exactly as promised, and no other."""
    assert set(whole) == set(CONTRACT) | MORE[""]
    for name, kind in CONTRACT.items():
        if not isinstance(kind, dict):
            assert isinstance(whole[name], kind), name
            continue
        assert isinstance(whole[name], list | tuple)
        for item in whole[name]:
            assert set(item) == set(kind) | MORE.get(name, set()), name
            assert all(isinstance(item[key], of) for key, of in kind.items()), (name, item)
    assert all(isinstance(ms, float) for ms in whole["timings_ms"].values())


@pytest.mark.parametrize("register", Register)
@pytest.mark.parametrize("question", ASKED)
def test_every_kind_of_answer_keeps_the_contract(assistant: Assistant, question: str, register: Register) -> None:
    whole = as_json(assistant.answer(question, register=register, answer_id="x1"))
    held_to_contract(whole)
    assert json.loads(json.dumps(whole, ensure_ascii=False))["id"] == "x1"
    assert whole["register"] == register
    assert whole["status"] in set(Status)


def test_the_contract_held_to_here_is_the_one_written_down(shared: Path) -> None:
    [written] = re.findall(r"```json\n(.*?)```", (shared / "DESIGN.md").read_text(encoding="utf-8"), re.DOTALL)
    example = json.loads(written)
    assert list(example) == list(CONTRACT)
    for name, kind in CONTRACT.items():
        if isinstance(kind, dict):
            assert set(example[name][0]) == set(kind), name


def test_all_handles_lead_to_a_source_and_all_sources_are_used(assistant: Assistant) -> None:
    for question in ASKED:
        answer = assistant.answer(question)
        used = [handle for sentence in (*answer.sentences, *answer.next_steps) for handle in sentence.handles]
        assert set(used) == {cited.handle for cited in answer.sources}
        assert list(dict.fromkeys(used)) == [str(n) for n in range(1, len(answer.sources) + 1)]
        assert set(re.findall(r"\[(\d+)\]", as_text(answer))) <= set(used)


def test_sources_have_the_title_and_address_of_their_place(assistant: Assistant) -> None:
    first = assistant.answer(ASKED[0]).sources[0]
    assert (first.source, first.place) == ("care-act-2014", "s.20(1)")
    assert first.title == "Care Act 2014, section 20(1)"
    assert first.url == "https://www.legislation.gov.uk/ukpga/2014/23/section/20"
    assert first.authority == "act"
    assert first.as_of


def test_contacts_come_from_the_data_and_nowhere_else(assistant: Assistant, reference: Reference) -> None:
    answer = assistant.answer(ASKED[0])
    assert answer.contacts
    for question in ASKED:
        for contact in assistant.answer(question).contacts:
            assert contact in reference.contacts.values()


def test_an_amount_of_money_is_shown_with_its_year(assistant: Assistant, reference: Reference) -> None:
    answer = assistant.answer(ASKED[1])
    figure = reference.figures["capital-limit-upper"]
    assert figure.amount in as_text(answer)
    assert any(figure.amount in note and figure.year in note for note in answer.notes)


def test_words_of_the_trade_are_explained_to_lay_readers_only(assistant: Assistant) -> None:
    plain = assistant.answer(ASKED[1])
    text = " ".join(sentence.text for sentence in (*plain.sentences, *plain.next_steps)).lower()
    assert all(word.term.lower().split()[0] in text for word in plain.words)
    assert assistant.answer(ASKED[1], register=Register.STAFF).words == ()


def statement(text: str, *marks: str, figures: tuple[str, ...] = ()) -> Statement:
    places = tuple(Place(*mark.split(" ", 1)) for mark in marks)
    return Statement("c#1", text, Force.MUST if marks else Force.ADVICE, places, figures)


def present(reference: Reference, draft: Draft, quotes: dict[str, str] | None = None) -> Answer:
    return Presenter(reference, quotes or {}).answer("a1", draft, Register.PLAIN, ())


def test_one_place_has_one_handle_however_often_it_is_cited(reference: Reference) -> None:
    one, two = statement("A.", "care-act-2014 s.9(1)"), statement("B.", "care-act-2014 s.10(1)", "care-act-2014 s.9(1)")
    answer = present(
        reference, Draft(Status.ANSWERED, (DraftSentence("A.", (one,), "verdict"), DraftSentence("B.", (two,), "next")))
    )
    assert [s.handles for s in answer.sentences] == [("1",)]
    assert [s.handles for s in answer.next_steps] == [("2", "1")]
    assert [cited.place for cited in answer.sources] == ["s.9(1)", "s.10(1)"]


def test_a_quote_is_an_exact_span_of_the_official_words(reference: Reference) -> None:
    official = "A local authority must promote the well-being of the adult[^1] in its area."
    cites = statement("A.", "care-act-2014 s.1(1)")
    answer = present(
        reference, Draft(Status.ANSWERED, (DraftSentence("A.", (cites,)),)), {"care-act-2014 s.1(1)": official}
    )
    assert answer.sources[0].quote
    assert answer.sources[0].quote in official
    assert "[^" not in answer.sources[0].quote


def test_a_place_whose_words_are_not_held_is_not_quoted(reference: Reference) -> None:
    cites = statement("A.", "care-act-2014 s.1(1)")
    answer = present(reference, Draft(Status.ANSWERED, (DraftSentence("A.", (cites,)),)))
    assert answer.sources[0].quote == ""


def test_an_unknown_contact_is_not_made_up(reference: Reference) -> None:
    said = DraftSentence("A.", (statement("A."),))
    answer = present(reference, Draft(Status.ANSWERED, (said,), ("nobody", "citizens-advice")))
    assert answer.contacts == (reference.contacts["citizens-advice"],)


def test_not_found_says_so_names_the_nearest_subject_and_who_would_know(reference: Reference) -> None:
    answer = present(reference, Draft(Status.NOT_FOUND, (), ("citizens-advice",), nearest_title="Reviews of a plan"))
    assert answer.status is Status.NOT_FOUND
    assert "Reviews of a plan" in as_text(answer)
    assert answer.contacts == (reference.contacts["citizens-advice"],)
    assert answer.sources == ()


def test_a_signpost_is_shown_in_its_own_words(reference: Reference) -> None:
    answer = Presenter(reference, {}).signpost(
        "a1", Signpost("r", Status.DANGER, ("Call 999.",), ("emergency",)), Register.PLAIN
    )
    assert (answer.status, [s.text for s in answer.sentences]) == (Status.DANGER, ["Call 999."])
    assert answer.contacts == (reference.contacts["emergency"],)


def test_a_failure_is_an_apology_without_a_trace(reference: Reference) -> None:
    text = as_text(Presenter(reference, {}).failed("a1", Register.PLAIN))
    assert "something went wrong" in text
    assert "Traceback" not in text


def test_a_long_passage_is_cut_at_a_line_end_and_stays_an_exact_span() -> None:
    text = "\n\n".join(f"- ({n}) " + "words " * 15 for n in range(1, 20))
    shown = official_words(Passage("p", Place("a", "s.1"), "h", text))
    assert text.startswith(shown)
    assert 0 < len(shown.split()) <= 60


def test_the_plain_text_holds_everything_a_person_needs(assistant: Assistant) -> None:
    answer = assistant.answer(ASKED[0])
    text = as_text(answer)
    for part in (*answer.sentences, *answer.next_steps):
        assert part.text in text
    assert all(cited.title in text for cited in answer.sources)
    assert all(contact.name in text for contact in answer.contacts)
    assert "not legal advice" in text


def test_sections_are_named_once_each(assistant: Assistant) -> None:
    sections = sections_named(assistant.answer(ASKED[0]).sources)
    assert len(sections) == len(set(sections))
    assert ("care-act-2014", "s.20") in sections


def test_staff_can_paste_the_answer_with_force_place_words_date_and_library(reference: Reference) -> None:
    official = "A local authority must promote the well-being of the adult in its area."
    presenter = Presenter(reference, {"care-act-2014 s.1(1)": official}, "lib-7", lambda: date(2026, 11, 3))
    said = (DraftSentence("A.", (statement("A.", "care-act-2014 s.1(1)", "care-act-2014 s.9(1)"),), "verdict"),)
    text = as_text(presenter.answer("a1", Draft(Status.ANSWERED, said), Register.STAFF, ()))
    assert "A. (duty: Care Act 2014 s.1(1), s.9(1)) [1] [2]" in text
    assert f"[1] Care Act 2014, section 1(1) (text as of 2026-04-01) “{official}”" in text
    assert "Care Act assistant, 3 November 2026, library lib-7." in text
    assert "not legal advice" in text


def test_easy_answers_use_the_easy_form_of_next_steps(assistant: Assistant) -> None:
    told = [s.text for s in assistant.answer(ASKED[0], register=Register.EASY).next_steps]
    assert "Ask them to write it down." in told
    assert "Ask for the decision and the reasons in writing." not in told
    assert "Ask for the decision and the reasons in writing." in as_text(assistant.answer(ASKED[0]))
