"""A dozen tiny cards, so that tests do not lean on the wording or the names of the real ones."""

from __future__ import annotations

from pathlib import Path

STEPS = """\
# Next steps

## ask-in-writing
Ask for the decision and the reasons in writing. [advice]
easy: Ask them to write it down. [advice]

## complain
Complain to your council first, in writing. [right complaints-regs-2009 reg.5(1)]
After that you can go to the Ombudsman. [fact local-government-act-1974 s.26]
easy: Complain to your council first. [right complaints-regs-2009 reg.5(1)]
contacts: lgsco
"""

NARROWING = """\
around = ["hi", "please", "about"]

[[ask_back]]
name = "unsaid"
when = ["money", "can they do that", "who decides"]
text = "What would you like to know?"
choices = ["Can I get a break from looking after my mum?"]
"""


def card(name: str, title: str, asked: list[str], body: str, topic: str = "assessment-carer", more: str = "") -> str:
    """The text of a card file."""
    lines = "\n".join(f"  - {phrasing}" for phrasing in asked)
    return f"---\nid: {name}\ntitle: {title}\ntopics: [{topic}]\nasked:\n{lines}\n{more}---\n{body}\n"


BREAK = card(
    "a-break",
    "Getting a break from caring",
    [
        "Can I get a break from looking after my mum?",
        "i need respite from caring for dad",
        "How do I get a break from caring? [-]",
        "Do I have to carry on without a break? [no]",
    ],
    """\
**Yes.** Your council must meet your needs for support when they are eligible. [must care-act-2014 s.20(1)]

- A break from caring can be one way to meet your needs. [fact care-act-2014 s.20(7)]
- The council may provide care for the person you look after so that you can rest. [may care-act-2014 s.20(7)]
- The council must ask if you are able and willing to carry on caring. [must care-act-2014 s.10(5)(a)-(b)]

## What to do
- Ask adult social care for a carer's assessment and say you need a break. [advice]

## Easy
You can ask for a break. [right care-act-2014 s.20(1)]

## Staff
The duty to meet a carer's eligible needs is in section 20. [must care-act-2014 s.20(1)]""",
    more="next: [ask-in-writing, complain]\n",
)

ASSESSMENT = card(
    "carers-assessment",
    "Your right to a carer's assessment",
    [
        "can i get help for looking after my husband",
        "The council says I cannot have a carer's assessment. Is that right? [no]",
        "what is a carers assessment [-]",
    ],
    """\
**Yes.** If you look after another adult, your council must offer to look at what you need. [must care-act-2014 s.10(1), s.10(3)]

- This is called a carer's assessment. [fact care-act-2014 s.10(2)]
- Money does not count, yours or theirs. [must care-act-2014 s.10(4)(b)]
- It does not matter how much support you seem to need. [must care-act-2014 s.10(4)(a)]

## What to do
- Say it is under section 10 of the Care Act. [advice]""",
    more="next: [ask-in-writing]\n",
)

LIMITS = card(
    "savings-limit",
    "The savings limit for care",
    ["how much savings can i have before i pay for care [-]", "is there a limit on savings for care"],
    """\
**Yes.** You pay the full cost if you have more than {capital-limit-upper}. [fact charging-regs-2014 reg.12(1)]

- Savings below {capital-limit-lower} are left out of account. [fact charging-regs-2014 reg.25(1)]

## What to do
- Ask how your savings were counted. [advice]""",
    topic="capital-limits",
    more="contacts: [citizens-advice]\n",
)

CAP = card(
    "cap-never-began",
    "The cap on care costs",
    ["is there a cap on care costs", "when does the 86000 care cap start [-]"],
    """\
**No.** The cap on care costs is not in force. [fact care-act-2014 s.15]

- Do not count on it when you plan. [advice]

## What to do
- Ask for money advice before you sign anything. [advice]""",
    topic="cap-not-in-force",
)

_SIMPLE = (
    ("needs-assessment", "Needs assessments", "my neighbour cannot cope at home alone", "assessment-adult",
     "Your council must assess an adult who may need care and support. [must care-act-2014 s.9(1)]"),
    ("advocate", "An independent advocate", "nobody to speak up for me at the meeting", "advocacy",
     "Your council must arrange an advocate for you in some cases. [must care-act-2014 s.67(2)]"),
    ("direct-payment", "Direct payments", "paying my own personal assistant with council money", "direct-payments",
     "You can ask for a direct payment once your personal budget says so. [right care-act-2014 s.31(1)]"),
    ("plan-review", "Reviews of a plan", "they cut grandads hours overnight", "review",
     "Your council must review a plan on a reasonable request. [must care-act-2014 s.27(1)(b)]"),
    ("abuse-enquiry", "Enquiries into abuse", "safeguarding enquiry who runs it", "safeguarding",
     "Your council must make enquiries when it suspects abuse of an adult with care needs. [must care-act-2014 s.42(2)]"),
    ("moving-area", "Moving to another area", "moving from leeds to kent with a care package", "ordinary-residence-portability",
     "The new council must meet your needs if it has not assessed you by the day you move. [must care-act-2014 s.38(1)]"),
    ("young-carer", "Young carers", "im 16 and look after my brother", "young-carers-transition",
     "Your council must assess a young carer who may need support after turning 18. [must care-act-2014 s.63(1)]"),
    ("wellbeing", "What wellbeing means", "does wellbeing include where i live", "wellbeing",
     "Your council must promote your wellbeing. [must care-act-2014 s.1(1)]"),
)  # fmt: skip

SMALL_CARDS = {
    "carers/a-break.md": BREAK,
    "carers/carers-assessment.md": ASSESSMENT,
    "money/savings-limit.md": LIMITS,
    "money/cap-never-began.md": CAP,
} | {f"rest/{name}.md": card(name, title, [asked], body, topic) for name, title, asked, topic, body in _SIMPLE}


def write_cards(corpus: Path, cards: dict[str, str]) -> None:
    """Put card files under a corpus folder."""
    for name, text in cards.items():
        path = corpus / "cards" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


# An Act in the shape of the Markdown we are given. Section 4 was repealed, section 3 never began (see `sample_source`).
STATUTE = """\
---
title: "Sample Act 2014"
identifier: "ukpga-2014-99"
last_updated: "2026-01-02"
---
# Sample Act 2014

## PART 1 — Care

### Looking after

##### 1

- (1) The authority must promote well-being.

- (2) “*Well-being*” means any of—

- (a) dignity;

- (h) suitable housing;

- (i) the contribution to society.

- (3) The authority must have regard to—

- (a) what the person says about—

- (i) their wishes, and

- (ii) their feelings; and

- (b) what the person needs,

and must write down its reasons.

- (4) Nothing here applies to children.

##### 2

One sentence without numbers.

### Never begun

##### 3

- (1) This section never began.

##### 4

.  .  .  .  .

##### 5A

- (1) A live subsection.

- (2) A dead subsection.

- (3) Another live subsection.

## SCHEDULE 1 — Payments

### 1

The first paragraph.

### 2

- (1) The second paragraph has a number.

## SCHEDULE 2

### 1

The only paragraph of the second schedule.

## Explanatory note

### 9

This is not law.
"""
