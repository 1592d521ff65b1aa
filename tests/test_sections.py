"""What was retrieved is told by section of the law, best first."""

from assistant.domain import (
    Card,
    Evidence,
    Force,
    Passage,
    Phrasing,
    Place,
    ScoredCard,
    ScoredPassage,
    Statement,
    Verdict,
)
from assistant.reference import Reference
from assistant.sections import sections_of


def card(name: str, lead: str, *points: str) -> Card:
    def statement(n: int, mark: str) -> Statement:
        source, _, ref = mark.partition(" ")
        return Statement(f"{name}#{n}", f"Sentence {n}.", Force.FACT, (Place(source, ref),))

    return Card(
        id=name,
        title=name,
        topics=(),
        kind="answer",
        verdict=Verdict.NONE,
        asked=(),
        lead=(statement(0, lead),),
        points=tuple(statement(n, mark) for n, mark in enumerate(points, 1)),
    )


def found(of: Card, score: float) -> ScoredCard:
    return ScoredCard(of, score, 0.9, Phrasing("", Verdict.NONE), {})


def test_the_section_of_the_direct_answer_comes_first(reference: Reference) -> None:
    evidence = Evidence(
        (found(card("a", "care-act-2014 s.20(1)", "care-act-2014 s.10(3)", "care-act-2014 s.24(1)"), 5.0),)
    )
    rows = sections_of(evidence, reference)
    assert (rows[0].id, rows[0].source, rows[0].place) == ("care-act-2014:s.20", "care-act-2014", "s.20")
    assert {row.place for row in rows} == {"s.20", "s.10", "s.24"}


def test_several_places_of_one_section_are_one_row(reference: Reference) -> None:
    evidence = Evidence(
        (found(card("a", "care-act-2014 s.10(1)", "care-act-2014 s.10(3)", "care-act-2014 s.10(4)(b)"), 5.0),)
    )
    assert [row.place for row in sections_of(evidence, reference)] == ["s.10"]


def test_regulations_bring_the_section_they_belong_to(reference: Reference) -> None:
    evidence = Evidence((found(card("a", "eligibility-regs-2015 reg.2(1)"), 5.0),))
    assert [row.id for row in sections_of(evidence, reference)] == ["eligibility-regs-2015:reg.2", "care-act-2014:s.13"]


def test_a_card_far_behind_counts_for_little(reference: Reference) -> None:
    evidence = Evidence(
        (found(card("a", "care-act-2014 s.20(1)"), 9.0), found(card("b", "care-act-2014 s.42(1)"), 1.0))
    )
    rows = sections_of(evidence, reference)
    assert [row.place for row in rows] == ["s.20", "s.42"]
    assert rows[0].score > 10 * rows[1].score > 0


def test_without_cards_the_passages_are_told(reference: Reference) -> None:
    passage = Passage("care-act-2014:s.9", Place("care-act-2014", "s.9"), "Assessment", "words")
    [row] = sections_of(Evidence((), (ScoredPassage(passage, 1.5, 0.4),)), reference)
    assert (row.id, row.place, row.score) == ("care-act-2014:s.9", "s.9", 1.5)


def test_nothing_found_is_nothing_told(reference: Reference) -> None:
    assert sections_of(Evidence(), reference) == ()
