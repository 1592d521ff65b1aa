"""A sentence that says more, less or other than what it cites is caught; a sentence of its own words passes."""

from pathlib import Path

import pytest

from assistant.domain import Draft, DraftSentence, Force, Place, Statement, Status
from assistant.errors import BadSource
from assistant.faults import Fault
from assistant.reference import Reference
from assistant.verifying import Support, check, read_claims, verify

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
    (Fault.NEGATION, "Care stops.", ["Care does not stop."]),
    (Fault.NEGATION, "Care doesn't stop.", ["Care stops."]),
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
    (Fault.WORD, "The council may charge for dogs.", [POWER]),
    (Fault.REFERENCE, "Section 18 is about this.", ["Section 9 is about this."]),
    (Fault.TIME, "Ask after you pay.", ["Ask before you pay."]),
    (Fault.STEP, "Ask for a review before you pay.", ["Ask for an assessment before you pay."]),
    (Fault.VERDICT, f"Yes. {POWER}", [POWER]),
    (Fault.UNFINISHED, "May the council charge for care?", [POWER]),
    (Fault.UNFINISHED, "The council may charge for the.", [POWER]),
    (Fault.WAY, "What you pay goes down.", ["What you pay goes up."]),
    (Fault.TIME, "If you have savings below £23,250, you pay.", ["If you have savings above £23,250, you pay."]),
    (Fault.ROLE, "You pay for your care.", ["The council pays for your care."]),
    (Fault.WORD, "The child is a child.", ["The law calls it a child's assessment."]),
    (Fault.FORCE, "Your council must assess you.", ["Your council must give you a record of the assessment."]),
    (Fault.FORCE, "Your council must meet your needs.", ["Your council must ask you how your needs are met."]),
    (Fault.NEGATION, "She needs a care home.", ["The right to care does not cover care homes."]),
    (
        Fault.NEGATION,
        "You do not qualify as a carer.",
        ["You can qualify as a carer even if the other person does not qualify for care."],
    ),
    (
        Fault.CONDITION,
        "The council must assess your needs.",
        ["To use this power, the council must assess your needs."],
    ),
    (
        Fault.CONDITION,
        "Your council must assess you if you seem to need care.",
        ["The council where the home is must assess you if you seem to need care."],
    ),
    (Fault.NATION, "In Wales the council may charge for care.", [POWER]),
]


@pytest.mark.parametrize(("fault", "sentence", "evidence"), SHOWN)
def test_each_kind_of_fault_is_caught(fault: Fault, sentence: str, evidence: list[str]) -> None:
    assert fault in {finding.fault for finding in check(sentence, evidence)}


def test_there_is_a_sentence_for_every_kind_of_fault() -> None:
    # A handle that was never given is for the reader of handles to see (tests/test_answering.py).
    assert {fault for fault, _, _ in SHOWN} == set(Fault) - {Fault.UNKNOWN_HANDLE, Fault.NOT_IN_FORCE}


TRUE = [DUTY, POWER, LIMIT, "Money does not count.", "Every carer can ask, unless the NHS pays £1,000."]


@pytest.mark.parametrize("text", TRUE)
def test_a_statement_word_for_word_passes(text: str) -> None:
    assert check(text, [text]) == ()
    assert check(text, ["Something else entirely.", text]) == ()


@pytest.mark.parametrize("text", TRUE)
def test_a_yes_or_no_passes_only_when_the_evidence_opens_with_it(text: str) -> None:
    assert check(f"Yes. {text}", [f"Yes. {text}"]) == ()
    assert [finding.fault for finding in check(f"No. {text}", [f"Yes. {text}"])] == [Fault.VERDICT]
    assert [finding.fault for finding in check(f"Yes. {text}", [text])] == [Fault.VERDICT]


FAIR = [
    (["If your care home gives notice, your council must assess you."], "Your council must assess you if your care home gives you notice."),
    (["A council cannot refuse to assess you because you have savings."], "Your council can't refuse to assess you because you have savings."),
    (["The council must ask what you want."], "Your council has to ask you what you want."),
    (["Ask for a review.", "Your council must tell you why."], "Request a review. Your council must tell you why."),
    (["If the council refuses, it must give its reasons in writing."], "If the council says no, it must give you its reasons in writing."),
    (["The duty covers private homes, not only public bodies."], "Private homes are covered by the duty, not just public bodies."),
    (["Your care must still be arranged wherever you are placed."], "Your care must still be arranged, no matter where you're placed."),
    (["The moving rules cover moves inside England only."], "Only moves within England are covered by the moving rules."),
    (["If the housing stops being section 117 housing, the usual rules apply."], "The usual rules apply if the housing is no longer section 117 housing."),
    (["A council cannot use a form to avoid its duty to assess."], "Your council can't avoid its duty to assess by using a form."),
    (["Your council must involve the carer and consult the board."], "Your council must consult the board and involve the carer."),
    (["You can ask for a review.", "Your council must reply within six weeks."], "You can ask for a review, and your council must reply within 6 weeks."),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "sentence"), FAIR)
def test_a_fair_rewording_passes(evidence: list[str], sentence: str) -> None:
    assert check(sentence, evidence) == ()


MIXED = ["The council must assess you.", "The council may charge you for care.", "The NHS must pay for a nurse within 28 days."]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("The council must charge you for care.", Fault.FORCE),
        ("The council may assess you.", Fault.FORCE),
        ("The NHS must assess you.", Fault.ROLE),
        ("The council must assess you within 28 days.", Fault.TIME),
        ("You must assess the council.", Fault.ROLE),
        ("The council must assess you, and you can appeal to a tribunal.", Fault.ROLE),
    ],
)
def test_one_text_does_not_lend_its_words_to_another(sentence: str, fault: Fault) -> None:
    assert fault in {finding.fault for finding in check(sentence, MIXED)}


def test_alike_is_not_enough() -> None:
    # One letter apart, and false.
    assert check("Your council must not assess you if you may need care.", [DUTY])
    assert check("Your council must assess you if you may need a car.", [DUTY])


def test_law_not_in_force_carries_only_a_sentence_that_says_so() -> None:
    dead = Support("The cap is £86,000.", in_force=False)
    assert Fault.NOT_IN_FORCE in {finding.fault for finding in check("The cap is £86,000.", [dead])}
    assert check("The cap is not in force.", [Support("The cap is not in force.", in_force=False)]) == ()


def test_a_command_states_a_duty_only_where_its_force_says_so() -> None:
    assert check("You must take all steps.", [Support("You take all steps.", Force.MUST)]) == ()
    assert check("You must take all steps.", [Support("You take all steps.", Force.ADVICE)])


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


def test_claims_are_read_from_a_file_and_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text('{"sentence": "A.", "evidence": ["A."]}\n', encoding="utf-8")
    assert read_claims(file) == [("A.", ("A.",))]
    file.write_text('{"sentence": "A.", "evidence": ["A."]}\n{"sentence": 1}\n', encoding="utf-8")
    with pytest.raises(BadSource, match="line 2"):
        read_claims(file)
    with pytest.raises(BadSource, match="cannot be read"):
        read_claims(tmp_path / "none.jsonl")
