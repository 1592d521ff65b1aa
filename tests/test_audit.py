"""The gate: a sound card passes, and every rule fires on the one card that breaks it."""

from pathlib import Path

import pytest
from small_cards import STEPS, card, write_cards

from ingest.audit import Audit, audit

PHRASINGS = [
    "can i get respite", "i need a break", "who gives carers a break", "time off from looking after dad",
    "my wife has dementia and i never sleep", "is a sitting service free", "what help is there for carers",
    "caring all day every day", "nobody helps me with mum", "carer support please", "they wont give me respite",
    "A carer I work with is exhausted. What must we consider?",
]  # fmt: skip
SOUND = card(
    "sound",
    "Getting a break",
    PHRASINGS,
    """\
**Yes.** Your council must meet your needs for support when they are eligible. [must care-act-2014 s.20(1)]

- It may do this by giving care to the adult you look after. [may care-act-2014 s.20(7)]
- You pay if you have more than {capital-limit-upper}. [fact charging-regs-2014 reg.12(1)]

## What to do
- Ask for a carer's assessment. [advice]

## Staff
The duty is owed to the carer. [must care-act-2014 s.20(1)]""",
    more="next: [ask-in-writing]\ncontacts: [citizens-advice]\nletters: [review]\n",
)
ACT = """\
---
identifier: "ukpga-2014-23"
last_updated: "2026-01-02"
---
# Act

### Carers

##### 20

- (1) A local authority must meet a carer's needs for support which meet the eligibility criteria within 28 days.

- (7) A local authority may meet a carer's needs by providing care to the adult.
"""
LETTER = """\
---
id: review
title: Ask for a review
when: Things have changed.
fields:
- your_name: your name | What is your name?
words:
- review
---
Please look again.

The council must meet my needs for support when they are eligible. [must care-act-2014 s.20(1)]

{your_name}
"""
CHECK = """\
title = "Could I get support?"
about = "One question."

[[question]]
id = "caring"
text = "Do you look after an adult?"

[[say]]
role = "verdict"
when = ["caring!=no"]
text = "The council must meet your eligible needs. [must care-act-2014 s.20(1)]"

[[say]]
role = "verdict"
when = ["caring=no"]
text = "This is for carers. [advice]"

[[say]]
role = "next"
text = "Ask the council. [advice]"
"""


@pytest.fixture
def corpus(small_corpus: Path) -> Path:
    """A corpus of one sound card, one letter and one check, where nothing is asked back."""
    for folder in ("cards", "letters", "checks"):
        for path in (small_corpus / folder).rglob("*.*"):
            path.unlink()
    (small_corpus / "letters" / "review.md").write_text(LETTER, encoding="utf-8")
    (small_corpus / "checks" / "support.toml").write_text(CHECK, encoding="utf-8")
    write_cards(small_corpus, {"carers/sound.md": SOUND})
    (small_corpus / "narrowing.toml").write_text("around = []\nask_back = []\n", encoding="utf-8")
    return small_corpus


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "act.md").write_text(ACT, encoding="utf-8")
    return folder


def told(result: Audit) -> str:
    return "\n".join(map(str, result.problems))


def test_the_sound_card_passes_with_and_without_official_texts(corpus: Path, originals: Path) -> None:
    assert told(audit(corpus)) == ""
    assert told(audit(corpus, originals)) == ""


LONG = "Your council " + "really " * 30 + "must help."
BROKEN = {
    "an unknown topic": ("[assessment-carer]", "[gardening]", 1, "'gardening' is not a known topic"),
    "an unknown next step": ("[ask-in-writing]", "[shout]", 1, "'shout' is not a known next step"),
    "an unknown contact": ("[citizens-advice]", "[the-king]", 1, "'the-king' is not a known contact"),
    "an unknown letter": ("[review]", "[love]", 1, "'love' is not a known letter"),
    "too few phrasings": ("  - i need a break\n", "", 1, "11 different phrasings, at least 12"),
    "a phrasing said twice": ("i need a break", "Can I get RESPITE?", 1, "stands twice in this card"),
    "a sentence too long": ("It may do this by", f"{LONG} [fact care-act-2014 s.20(1)] It may do this by", 24, "25 is the most"),
    "no full stop": ("are eligible.", "are eligible", 22, "ends without a full stop"),
    "money as a number": ("{capital-limit-upper}", "£23,250", 25, "write the name of a figure in curly brackets"),
    "a web address": ("for a carer's assessment", "at www.example.org", 28, "name a contact in the header instead"),
    "a telephone number": ("for a carer's assessment", "on 01234 567890", 28, "name a contact in the header instead"),
    "an unknown figure": ("{capital-limit-upper}", "{treasure}", 25, "'{treasure}' is not in figures.toml"),
    "a figure out of date": ("{capital-limit-upper}", "{personal-expenses-allowance}", 25, "the sentence must say so"),
    "an unexplained abbreviation": ("the adult you look after", "the QZX you look after", 24, "'QZX' is not in glossary.toml"),
    "should that says no should": ("[may care-act-2014 s.20(7)]", "[should guidance ch.6]", 24, "does not say should"),
    "an unknown source": ("[may care-act-2014", "[may magna-carta", 24, "'magna-carta' is not in sources.toml"),
    "guidance as law": ("[may care-act-2014 s.20(7)]", "[may guidance ch.6]", 24, "guidance cannot carry 'may'"),
    "law as a view": ("[may care-act-2014", "[opinion care-act-2014", 24, "act cannot carry 'opinion'"),
    "a kind of place the source has not": ("reg.12(1)", "ch.6", 25, "has no places like 'ch.6'"),
    "a chapter the guidance has not": ("[fact charging-regs-2014 reg.12(1)]", "[fact guidance ch.99]", 25, "the guidance has no 'ch.99'"),
    "law that never began": ("[may care-act-2014 s.20(7)]", "[may care-act-2014 s.15]", 24, "s.15 is not in force"),
    "a verdict and nothing else": (" Your council must meet your needs for support when they are eligible.", "", 22, "only a verdict"),
    "a slip in the header": ("title:", "titel:", 3, "is not a header line"),
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_every_rule_fires_on_the_card_that_breaks_it_and_names_the_line(corpus: Path, rule: str) -> None:
    old, new, line, message = BROKEN[rule]
    assert SOUND.count(old) >= 1
    write_cards(corpus, {"carers/sound.md": SOUND.replace(old, new, 1)})
    found = audit(corpus).errors
    assert any(message in problem.message and problem.line == line for problem in found), [str(p) for p in found]
    assert all(problem.file == "cards/carers/sound.md" for problem in found)


AGAINST_TEXT = {
    "a place that is not there": ("s.20(7)", "s.20(8)", "s.20(8) is not in the official text"),
    "a number that is not at the place": ("when they are eligible", "within 14 days", "'14' in"),
    "a must where the law says may": ("[may care-act-2014 s.20(7)]", "[must care-act-2014 s.20(7)]", "no word of a duty there"),
    "a may where the law says must": ("[must care-act-2014 s.20(1)]\n\n- It", "[may care-act-2014 s.20(1)]\n\n- It", "no word of a power there"),
}  # fmt: skip


@pytest.mark.parametrize("rule", AGAINST_TEXT)
def test_a_statement_is_held_to_the_official_words(corpus: Path, originals: Path, rule: str) -> None:
    old, new, message = AGAINST_TEXT[rule]
    assert SOUND.count(old) == 1
    write_cards(corpus, {"carers/sound.md": SOUND.replace(old, new)})
    assert audit(corpus).errors == []
    assert message in told(audit(corpus, originals))


def test_a_number_at_the_place_passes(corpus: Path, originals: Path) -> None:
    write_cards(corpus, {"carers/sound.md": SOUND.replace("when they are eligible", "within 28 days")})
    assert told(audit(corpus, originals)) == ""


def test_law_that_never_began_may_be_named_by_a_sentence_that_says_so(corpus: Path) -> None:
    honest = SOUND.replace("- It may do this by giving care to the adult you look after. [may care-act-2014 s.20(7)]",
                           "- The cap on care costs is not in force. [fact care-act-2014 s.15]")  # fmt: skip
    write_cards(corpus, {"carers/sound.md": honest})
    assert told(audit(corpus)) == ""


def test_two_cards_may_not_share_an_id_or_a_phrasing(corpus: Path) -> None:
    write_cards(corpus, {"other/sound.md": SOUND})
    result = told(audit(corpus))
    assert "id 'sound' is also used by cards/carers/sound.md" in result
    assert "the phrasing 'i need a break' stands also in cards/carers/sound.md" in result


def test_next_steps_are_held_to_the_same_rules(corpus: Path) -> None:
    (corpus / "next-steps.md").write_text(
        STEPS.replace("in writing. [advice]", "at www.example.org. [advice]", 1), encoding="utf-8"
    )
    assert "next-steps.md:1: a number or web address" in told(audit(corpus))


def test_hard_reading_is_a_warning_and_does_not_fail_the_gate(corpus: Path) -> None:
    hard = "Considerable administrative consideration necessitates authoritative documentation. [advice]"
    write_cards(
        corpus, {"carers/sound.md": SOUND.replace("- Ask for a carer's assessment. [advice]", f"- {hard}\n- {hard}")}
    )
    result = audit(corpus)
    assert "reads at grade" in told(result)
    assert result.errors == []


def test_the_summary_counts(corpus: Path) -> None:
    summary = audit(corpus).summary()
    assert "1 cards, 4 statements, 12 phrasings" in summary
    assert "0 errors, 0 warnings" in summary


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("letters/review.md", "s.20(1)]", "s.20(9)]", "s.20(9) is not in the official text"),
        ("letters/review.md", "[must care", "[may care", "no word of a power"),
        ("letters/review.md", "Please look again.", "By law you must look again.", "speaks of the law without a mark"),
        ("letters/review.md", "Please look again.", "Please ring 0300 123 4567.", "a number or web address"),
        ("letters/review.md", " | What is your name?", "", "The question that fills it?"),
        ("letters/review.md", "Please look again.", "Please look at {plan}.", "{plan} is not among the fields"),
        ("letters/review.md", "when they are eligible", "within 14 days", "'14' in"),
        ("checks/support.toml", "s.20(1)]", "s.20(9)]", "s.20(9) is not in the official text"),
        ("checks/support.toml", "needs. [must", "needs of £500. [must", "write the name of a figure"),
        ("checks/support.toml", '"caring=no"', '"caring=maybe"', "no sentence of role 'verdict' for caring=no"),
        ("checks/support.toml", '"caring=no"', '"if not caring"', "is not a condition"),
        ("checks/support.toml", 'role = "next"', 'role = "point"', "no sentence of role 'next'"),
        ("next-steps.md", "easy: Ask them to write it down. [advice]\n", "", "'ask-in-writing' has no easy form"),
        ("next-steps.md", "easy: Ask them to write it down. [advice]", "easy: Ask them.", "no mark after"),
    ],
)
def test_letters_checks_and_next_steps_are_held_to_the_rules(
    corpus: Path, originals: Path, file: str, old: str, new: str, message: str
) -> None:
    path = corpus / file
    written = path.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new, 1), encoding="utf-8")
    assert message in told(audit(corpus, originals))
