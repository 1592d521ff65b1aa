"""An answer is made of whole statements, opens with a verdict only where one was asked for, and says nothing twice."""

from dataclasses import replace

import pytest

from assistant.composing import Composer, Limits, is_polar, same_words, says_again
from assistant.domain import (
    Card,
    Draft,
    Evidence,
    Force,
    NextStep,
    Passage,
    Phrasing,
    Place,
    Question,
    Register,
    ScoredCard,
    ScoredPassage,
    Statement,
    Status,
    Verdict,
)

LIMITS = Limits()
SUBJECTS = ["savings", "gardens", "bathrooms", "holidays", "wheelchairs", "neighbours", "telephones", "medicines"]
STEPS = {
    "write": NextStep(
        "write", (Statement("next:write#1", "Put your request on paper tonight.", Force.ADVICE),), ("lgsco",)
    ),
    "appeal": NextStep(
        "appeal",
        (Statement("next:appeal#1", "Complain about delays formally.", Force.RIGHT, (Place("regs", "reg.5"),)),),
    ),
}


def statement(key: str, text: str, force: Force = Force.MUST) -> Statement:
    return Statement(key, text, force, () if force is Force.ADVICE else (Place("care-act-2014", "s.9(1)"),))


def card(name: str = "c", points: int = 3, verdict: Verdict = Verdict.YES) -> Card:
    return Card(
        id=name,
        title="Help at home",
        topics=("t",),
        kind="answer",
        verdict=verdict,
        asked=(Phrasing("can i get help at home", verdict),),
        lead=(statement(f"{name}#lead.1", "Officials visit everybody who telephones them."),),
        points=tuple(
            statement(f"{name}#points.{n}", f"Rule {name} {word} concerns {word} alone.")
            for n, word in enumerate(SUBJECTS[:points], 1)
        ),
        todo=(statement(f"{name}#todo.1", "Telephone them tomorrow morning.", Force.ADVICE),),
        easy=(statement(f"{name}#easy.1", "You can ask for help."),),
        staff=(statement(f"{name}#staff.1", "Practitioners record appearance of need."),),
        next=("write", "appeal"),
        contacts=("citizens-advice",),
    )


def found(of: Card, similarity: float = 0.95, score: float = 5.0, nearest: Phrasing | None = None) -> ScoredCard:
    relevance = {s.id: 0.9 - 0.01 * n for n, s in enumerate(of.statements)}
    return ScoredCard(of, score, similarity, nearest or of.asked[0], relevance)


def compose(question: str | Question, *cards: ScoredCard, passages: tuple[ScoredPassage, ...] = ()) -> Draft:
    asked = question if isinstance(question, Question) else Question(question)
    return Composer(STEPS).compose(asked, Evidence(cards, passages))


def texts(draft: Draft, *roles: str) -> list[str]:
    return [sentence.text for sentence in draft.sentences if not roles or sentence.role in roles]


def test_the_direct_answer_comes_first_and_every_sentence_is_a_whole_statement() -> None:
    shown = card()
    draft = compose("how do i get help at home", found(shown))
    assert draft.status is Status.ANSWERED
    assert draft.sentences[0].text == shown.lead[0].text
    for sentence in draft.sentences:
        assert [sentence.text] == [cited.text for cited in sentence.cites]


YES = Phrasing("can i get help at home", Verdict.YES)


@pytest.mark.parametrize("text", ["Can I get help at home?", "can i get help at home", "Can I get HELP, at home??"])
def test_a_yes_or_no_question_in_words_whose_verdict_is_known_gets_it(text: str) -> None:
    assert compose(text, found(card(), nearest=YES)).sentences[0].text == f"Yes. {card().lead[0].text}"


@pytest.mark.parametrize(
    "text", ["How do I get help at home?", "what is help at home", "help at home", "Who can i get help at home from"]
)
def test_an_open_question_gets_no_verdict(text: str) -> None:
    assert not is_polar(Question(text))
    draft = compose(text, found(card(), nearest=Phrasing(text, Verdict.YES)))
    assert draft.sentences[0].text == card().lead[0].text


@pytest.mark.parametrize(
    "text", ["Is that right?", "they said no. do i have to pay", "mum is 84. Will they take her house"]
)
def test_a_question_that_yes_or_no_can_answer_is_known_for_one(text: str) -> None:
    assert is_polar(Question(text, tuple(text.split(". ")) if ". " in text else ()))


@pytest.mark.parametrize(
    "text", ["Can I not get help at home?", "Can they stop my help at home?", "Does my neighbour get help?"]
)
def test_other_words_than_those_whose_verdict_is_known_get_none(text: str) -> None:
    assert compose(text, found(card(), nearest=YES)).sentences[0].text == card().lead[0].text


@pytest.mark.parametrize("verdict", [Verdict.YES, Verdict.NO, Verdict.DEPENDS])
def test_the_verdict_is_that_of_the_phrasing_and_not_of_the_card(verdict: Verdict) -> None:
    draft = compose("Can I get help at home?", found(card(verdict=Verdict.YES), nearest=Phrasing(YES.text, verdict)))
    assert draft.sentences[0].text.startswith(f"{verdict.value}. ")


def test_a_phrasing_without_a_verdict_gives_none() -> None:
    draft = compose("Can I get help at home?", found(card(), nearest=Phrasing(YES.text, Verdict.NONE)))
    assert draft.sentences[0].text == card().lead[0].text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("can pay", "can’t pay"),  # as a telephone writes it
        ("is able to pay", "isn't able to pay"),
        ("is able to pay", "isnt able to pay"),
        ("pays before she moves", "pays after she moves"),
        ("has over 14,250 pounds", "has under 14,250 pounds"),
        ("has 14,250 pounds", "has 24,250 pounds"),
        ("pays", "pays nothing"),
    ],
)
def test_a_question_turned_round_is_another_question(one: str, other: str) -> None:
    asked = "Will the council help us with the care home that my old mum needs now if she {} there this summer"
    assert same_words(asked.format(one), asked.format(one).upper())
    assert not same_words(asked.format(one), asked.format(other))


def test_nothing_is_said_twice() -> None:
    same = [found(card(name), score=5.0 - n) for n, name in enumerate(("c", "d", "e"))]
    said = texts(compose("how do i get help at home", *same))
    assert len(said) == len(set(said))
    for n, text in enumerate(said):
        assert not says_again(text, said[:n], LIMITS.overlap), text


def test_a_point_of_another_card_that_says_the_same_is_left_out() -> None:
    one, other = card("c", points=1), card("d", points=1)
    repeated = Statement("d#points.1", one.points[0].text, Force.MUST, one.points[0].places)
    draft = compose(
        "how", found(one), found(Card(**{f: getattr(other, f) for f in other.__slots__} | {"points": (repeated,)}))
    )
    assert texts(draft).count(one.points[0].text) == 1


def test_an_answer_keeps_to_its_limits() -> None:
    draft = compose("how do i get help", *(found(card(name, points=8), score=5.0 - n) for n, name in enumerate("cde")))
    assert len(texts(draft, "point")) <= LIMITS.points
    assert sum(len(text.split()) for text in texts(draft)) <= LIMITS.words


def test_there_is_always_something_to_do_next() -> None:
    assert texts(compose("how", found(card(points=8))), "next")


def test_a_person_is_sent_to_those_the_card_and_its_steps_name() -> None:
    assert compose("how", found(card())).contacts == ("citizens-advice", "lgsco")


def test_the_easy_register_uses_the_easy_sentences() -> None:
    draft = compose(Question("how", register=Register.EASY), found(card()))
    assert texts(draft)[0] == "You can ask for help."
    assert card().lead[0].text not in texts(draft)


def test_the_staff_register_adds_what_staff_need() -> None:
    staff = compose(Question("how", register=Register.STAFF), found(card()))
    plain = compose(Question("how"), found(card()))
    assert card().staff[0].text in texts(staff)
    assert card().staff[0].text not in texts(plain)


def test_where_nothing_is_near_nothing_is_claimed_and_the_nearest_subject_is_named() -> None:
    draft = compose("can i park here", found(card(), similarity=0.0))
    assert (draft.status, draft.sentences, draft.nearest_title) == (Status.NOT_FOUND, (), "Help at home")
    assert draft.contacts


def test_no_evidence_at_all_is_not_found() -> None:
    assert compose("anything").status is Status.NOT_FOUND


def test_law_that_is_not_in_force_is_not_quoted() -> None:
    passages = tuple(
        ScoredPassage(Passage(f"p{live}", Place("care-act-2014", "s.15"), "h", "words", in_force=live), 1.0, 0.9)
        for live in (False, True)
    )
    nothing_near = found(card(), similarity=0.0)
    assert [passage.id for passage in compose("how", nothing_near, passages=passages).quotes] == ["pTrue"]


@pytest.mark.parametrize(
    ("text", "said", "again"),
    [
        ("Money does not count.", "Savings and money never count.", True),
        ("Write to the Ombudsman.", "Officials visit everybody.", False),
    ],
)
def test_sameness_is_judged_by_the_words_that_carry_meaning(text: str, said: str, again: bool) -> None:
    assert says_again(text, [said], LIMITS.overlap) is again


def lead_of(name: str) -> ScoredCard:
    """A card whose direct answer says what no other card says."""
    return found(
        replace(card(name, points=1), lead=(statement(f"{name}#lead.1", f"The {name} window opens at noon."),))
    )


def test_a_card_that_nearly_ties_with_the_first_gives_its_direct_answer_too() -> None:
    near = replace(lead_of("near"), score=5.0 - LIMITS.near_tie / 2)
    draft = compose("how", found(card(points=1)), near)
    assert "The near window opens at noon." in [sentence.text for sentence in draft.sentences]


def test_a_card_far_behind_the_first_says_nothing() -> None:
    far = replace(lead_of("far"), score=5.0 - LIMITS.near_tie * 2)
    draft = compose("how", found(card(points=1)), far)
    assert not any("window" in sentence.text for sentence in draft.sentences)


def test_a_direct_answer_that_is_not_about_the_question_is_left_out() -> None:
    other = lead_of("other")
    beside = replace(other, relevance=dict.fromkeys(other.relevance, LIMITS.other_lead / 2))
    assert not any("window" in sentence.text for sentence in compose("how", found(card(points=1)), beside).sentences)
