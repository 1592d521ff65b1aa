"""Each grader passes a right answer and fails a wrong one, with its reason."""

from dataclasses import replace

import pytest
from conftest import Built
from evaluating import ANSWER, CASE, NOBODY, RISKY, examined

from assistant.domain import Answer, Cited, Force, Passage, Place, Sentence, Status, Verdict, Word
from assistant.library import Library
from assistant.reference import Reference
from evals.cases import Case
from evals.graders import grade
from evals.graders.facts import CHECKING, COMPOSING, CORPUS, RETRIEVAL, ROUTE, stage
from evals.graders.law import ndcg, place_stage
from evals.graders.verdict import Graded, World
from evals.measures import BY_NAME
from evals.road import Trial


@pytest.fixture
def world(library: Library, reference: Reference) -> World:
    return World(library, reference)


def graded(world: World, answer: Answer, case: Case = CASE) -> dict[str, Graded]:
    return {one.measure: one for one in grade(Trial(case, answer), world)}


def saying(*texts: str, force: Force = Force.FACT, handles: tuple[str, ...] = ("1",)) -> Answer:
    return replace(ANSWER, sentences=tuple(Sentence(text, force, handles) for text in texts))


def with_contact(answer: Answer, world: World, name: str = "lgsco") -> Answer:
    return replace(answer, contacts=(world.reference.contacts[name],))


def test_a_right_answer_passes_every_measure_it_is_held_to(world: World) -> None:
    good = graded(world, with_contact(ANSWER, world))
    values = {"reading_grade", "sentence_words", "words", "handed", "in_steps", "in_five_cards", "first_card"}
    assert [name for name, one in good.items() if not one.full and name not in values] == []


HARD = (
    "Notwithstanding considerable administrative complications, municipalities nevertheless necessitate individualised "
    "documentation."
)
WRONG = {
    "answered": (replace(ANSWER, status=Status.NOT_FOUND), CASE),
    "status": (replace(ANSWER, status=Status.DANGER), CASE),
    "kept": (replace(ANSWER, status=Status.DANGER), CASE),
    "no_false_alarm": (replace(ANSWER, status=Status.SAFEGUARDING), CASE),
    "danger_found": (ANSWER, RISKY),
    "danger_helped": (replace(ANSWER, status=Status.DANGER), RISKY),
    "outside": (ANSWER, replace(RISKY, statuses=(Status.OUTSIDE_ENGLAND,))),
    "manipulation": (ANSWER, replace(RISKY, statuses=(Status.MANIPULATION,))),
    "cites_gold": (replace(ANSWER, sources=()), CASE),
    "in_five": (replace(ANSWER, retrieved=()), CASE),
    "in_five_cards": (ANSWER, CASE),
    "recall": (replace(ANSWER, retrieved=()), CASE),
    "mrr": (replace(ANSWER, retrieved=()), CASE),
    "ndcg": (replace(ANSWER, retrieved=()), CASE),
    "facts": (saying("Nothing of use."), CASE),
    "facts_vital": (saying("Nothing of use."), CASE),
    "handed": (ANSWER, CASE),
    "in_steps": (ANSWER, CASE),
    "no_false_claim": (saying("In truth carers get nothing."), CASE),
    "crag": (saying("They must meet it, but carers get nothing."), CASE),
    "verdict_given": (saying("They must meet it."), replace(CASE, verdict=Verdict.YES)),
    "verdict": (saying("No. They must meet it."), replace(CASE, verdict=Verdict.YES)),
    "citation_recall": (saying("Your council must pay you £500 a week."), CASE),
    "citation_precision": (saying("Your council must pay you £500 a week."), CASE),
    "quotes": (replace(ANSWER, sources=(replace(ANSWER.sources[0], quote="words that no Act has"),)), CASE),
    "reading_grade": (saying(HARD), CASE),
    "readable": (saying(HARD), CASE),
    "short_sentences": (saying(" ".join(["word"] * 40) + "."), CASE),
    "explained": (saying("You may need a deferred payment agreement."), CASE),
    "words": (saying("You may. " * 200), CASE),
    "contacts_known": (replace(ANSWER, contacts=(NOBODY,)), CASE),
    "who_can_help": (ANSWER, CASE),
}


@pytest.mark.parametrize("measure", WRONG)
def test_each_measure_can_fail_and_says_why(world: World, measure: str) -> None:
    answer, case = WRONG[measure]
    failed = graded(world, answer, case)[measure]
    if BY_NAME[measure].more:
        assert not failed.full
    assert failed.why or measure in {"ndcg", "in_steps"}


def test_every_measure_has_a_case_in_which_it_fails() -> None:
    elsewhere = {"official", "first_card", "sentence_words"}  # in the tests below
    assert set(BY_NAME) - set(WRONG) == elsewhere


def test_a_number_in_a_sentence_must_be_one_of_the_data(world: World) -> None:
    assert not graded(world, saying("Ring 0300 999 1234 now."))["contacts_known"].full
    assert not graded(world, saying("See https://example.org/help."))["contacts_known"].full


def test_official_words_must_hold_the_number_and_the_force(world: World) -> None:
    passage = Passage("p", Place("care-act-2014", "s.20(1)"), "", "A local authority must meet needs within 28 days.")
    library = world.library
    world.__dict__["passages_by_section"] = {("care-act-2014", "s.20"): passage.text}
    assert library is world.library
    assert graded(world, saying("It must meet needs within 28 days.", force=Force.MUST))["official"].full
    assert not graded(world, saying("It must meet needs within 14 days.", force=Force.MUST))["official"].full
    assert not graded(world, saying("It may meet needs.", force=Force.MAY))["official"].full


def test_the_words_of_the_trade_that_are_explained_count_as_explained(world: World) -> None:
    answer = saying("You may need a deferred payment agreement.")
    terms = tuple(Word(word.term, word.meaning) for word in world.reference.words_in(answer.sentences[0].text))
    assert graded(world, replace(answer, words=terms))["explained"].full


def test_a_citation_nobody_needs_is_no_precise_one(world: World) -> None:
    second = Cited("2", "care-act-2014", "s.72(1)", "", "act", "")
    sentence = replace(ANSWER.sentences[0], handles=("1", "2"))
    found = graded(world, replace(ANSWER, sentences=(sentence,), sources=(*ANSWER.sources, second)))
    assert (found["citation_precision"].score, found["citation_precision"].of) == (1, 2)
    assert found["citation_recall"].full


def test_a_false_claim_is_worse_than_no_answer(world: World) -> None:
    assert graded(world, saying("They must meet it, but carers get nothing."))["crag"].score == -1
    assert graded(world, replace(ANSWER, status=Status.NOT_FOUND))["crag"].score == 0
    assert graded(world, ANSWER)["crag"].score == 1


def test_ndcg_counts_each_gold_place_once() -> None:
    first, second = ("a", "s.1"), ("a", "s.2")
    assert ndcg(["a s.1", "a s.2"], [first, second]) == pytest.approx(1.0)
    assert ndcg(["a s.1"], [second, first]) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["a"], [first, second]) == pytest.approx(1.0)


def test_a_missing_fact_is_laid_at_the_step_that_lost_it(world: World, built: Built) -> None:
    trial = examined(built.settings).ask(CASE)
    fact = CASE.must_say[0]
    nowhere = replace(fact, any=(__import__("re").compile("the moon"),))
    assert stage(Trial(CASE, ANSWER), world, fact, handed=False) == ROUTE
    assert stage(trial, world, nowhere, handed=False) == CORPUS
    assert stage(trial, world, fact, handed=False) == RETRIEVAL
    assert stage(replace(trial, drafted=()), world, fact, handed=True) == COMPOSING
    assert stage(replace(trial, drafted=("they must meet it",)), world, fact, handed=True) == CHECKING


def test_an_answer_without_the_right_law_is_laid_at_the_step_that_lost_it(world: World, built: Built) -> None:
    trial = examined(built.settings).ask(CASE)

    def lost(gold: str, found: bool = True) -> str:
        case = replace(CASE, gold=(gold,))
        return place_stage(replace(trial, case=case, found=trial.found if found else ()), world)

    assert lost("care-act-2014 s.20", found=False) == ROUTE
    assert lost("care-act-2014 s.9999") == CORPUS
    far = replace(trial.found[0], cards=trial.found[0].cards[-1:])
    elsewhere = replace(trial, found=(far,), case=replace(CASE, gold=("care-act-2014 s.20",)))
    assert place_stage(elsewhere, world) == RETRIEVAL
    assert lost("care-act-2014 s.20") == COMPOSING
    why = graded(world, replace(ANSWER, sources=()))["cites_gold"].why
    assert why == "names none of care-act-2014 s.20 [route]"


def test_the_words_a_sentence_are_counted(world: World) -> None:
    for text, words in (("You may ask for help now.", 6), ("word " * 30 + ".", 30)):
        assert graded(world, replace(saying(text), next_steps=()))["sentence_words"].score == words


def test_the_first_card_is_held_to_section_and_topic(world: World, built: Built) -> None:
    trial = examined(built.settings).ask(CASE)
    right = {one.measure: one for one in grade(trial, world)}["first_card"]
    wrong = {one.measure: one for one in grade(replace(trial, case=replace(CASE, topic="debt")), world)}["first_card"]
    assert right.full
    assert not wrong.full
    assert "a-break" in wrong.why
