"""A sentence that says more, less or other than what it cites is caught; a sentence of its own words passes."""

import pytest

from assistant.domain import Draft, DraftSentence, Force, Place, Statement, Status
from assistant.reference import Reference
from assistant.verifying import Fault, check, verify

DUTY = "Your council must assess you if you may need care."
POWER = "The council may charge for care."
LIMIT = "You have 28 days to reply."

SHOWN = [
    (Fault.NO_HANDLE, DUTY, []),
    (Fault.NUMBER, "You have 21 days to reply.", [LIMIT]),
    (Fault.NUMBER, "You have 28 days to reply to 2 letters.", [LIMIT]),
    (Fault.FORCE, "The council must charge for care.", [POWER]),
    (Fault.FORCE, "Your council may assess you if you need care.", ["Your council must assess you if you need care."]),
    (
        Fault.FORCE,
        "Your council should assess you if you need care.",
        ["Your council must assess you if you need care."],
    ),
    (Fault.NEGATION, "The council may not charge for care.", [POWER]),
    (Fault.NEGATION, "Money counts.", ["Money does not count."]),
    (Fault.NEGATION, "Money doesn't count.", ["Money counts."]),
    (Fault.SCOPE, "The council may charge for all care.", [POWER]),
    (Fault.SCOPE, "The council may charge for some care.", [POWER]),
    (Fault.ROLE, "The NHS may charge for care.", [POWER]),
    (Fault.ROLE, "The carer may be charged for care.", ["You may be charged for care."]),
    (Fault.CONDITION, "Your council must assess you, because you may need care.", [DUTY]),
    (
        Fault.CONDITION,
        "You can have a direct payment.",
        ["You can have a direct payment, unless you are under a court order."],
    ),
    (Fault.NATION, "In Wales the council may charge for care.", [POWER]),
]


@pytest.mark.parametrize(("fault", "sentence", "evidence"), SHOWN)
def test_each_kind_of_fault_is_caught(fault: Fault, sentence: str, evidence: list[str]) -> None:
    assert fault in {finding.fault for finding in check(sentence, evidence)}


def test_there_is_a_sentence_for_every_kind_of_fault() -> None:
    # Law not in force cannot be seen in a sentence alone: `verify` looks at the places (tested below).
    assert {fault for fault, _, _ in SHOWN} == set(Fault) - {Fault.NOT_IN_FORCE}


@pytest.mark.parametrize(
    "text", [DUTY, POWER, LIMIT, "Money does not count.", "Every carer can ask, unless the NHS pays £1,000."]
)
@pytest.mark.parametrize("verdict", ["", "Yes. ", "No. ", "It depends. "])
def test_a_statement_word_for_word_passes_with_or_without_a_verdict(text: str, verdict: str) -> None:
    assert check(verdict + text, [text]) == ()
    assert check(verdict + text, ["Something else entirely.", text]) == ()


def test_the_words_at_fault_are_shown() -> None:
    [finding] = check("You have 21 days to reply.", [LIMIT])
    assert (finding.fault, finding.words, finding.sentence) == (Fault.NUMBER, "21", "You have 21 days to reply.")


def test_a_comma_in_an_amount_is_no_other_amount() -> None:
    assert check("The limit is £23250 now.", ["The limit is £23,250 now."]) == ()


def statement(text: str, mark: str = "care-act-2014 s.9(1)", force: Force = Force.MUST) -> Statement:
    source, _, ref = mark.partition(" ")
    return Statement(f"c#{text}", text, force, (Place(source, ref),))


def draft(*sentences: DraftSentence) -> Draft:
    return Draft(Status.ANSWERED, sentences)


def test_a_failing_sentence_is_replaced_by_the_statement_it_rests_on(reference: Reference) -> None:
    said = DraftSentence("The council must charge for care.", (statement(POWER),), "verdict")
    [mended] = verify(draft(said), reference).sentences
    assert (mended.text, mended.role) == (POWER, "verdict")


def test_a_true_draft_is_left_as_it_is(reference: Reference) -> None:
    true = draft(
        DraftSentence(f"Yes. {DUTY}", (statement(DUTY),), "verdict"), DraftSentence(LIMIT, (statement(LIMIT),))
    )
    assert verify(true, reference) == true


def test_a_sentence_that_cites_nothing_is_left_out(reference: Reference) -> None:
    kept = verify(draft(DraftSentence("Trust me.", ()), DraftSentence(DUTY, (statement(DUTY),))), reference)
    assert [sentence.text for sentence in kept.sentences] == [DUTY]


def test_law_that_never_began_is_left_out_unless_the_sentence_says_so(reference: Reference) -> None:
    presented = DraftSentence("The cap is £86,000.", (statement("The cap is £86,000.", "care-act-2014 s.15"),))
    honest = DraftSentence("The cap is not in force.", (statement("The cap is not in force.", "care-act-2014 s.15"),))
    kept = verify(draft(presented, honest), reference)
    assert [sentence.text for sentence in kept.sentences] == ["The cap is not in force."]


def test_a_draft_that_loses_its_answer_becomes_not_found(reference: Reference) -> None:
    lost = draft(
        DraftSentence("Made up.", (), "verdict"),
        DraftSentence("Ask in writing.", (statement("Ask in writing.", force=Force.ADVICE),), "next"),
    )
    verified = verify(lost, reference)
    assert (verified.status, verified.sentences) == (Status.NOT_FOUND, ())


def test_a_draft_that_was_no_answer_is_left_alone(reference: Reference) -> None:
    nothing = Draft(Status.NOT_FOUND, (), ("find-council",))
    assert verify(nothing, reference) is nothing
