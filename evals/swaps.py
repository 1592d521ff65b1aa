"""Wordings that turn a sentence into another when one is put for the other: duty for power, before for after, one body for another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Mutator = Callable[[str], Iterator[str]]


def swaps(*pairs: tuple[str, str]) -> Mutator:
    """A mutator that puts one wording for another, each pair on its own, wherever it first stands."""
    made = [(re.compile(rf"\b{old}\b", re.IGNORECASE), new) for old, new in pairs]

    def mutate(text: str) -> Iterator[str]:
        for pattern, new in made:
            if match := pattern.search(text):
                word = match.expand(new)
                yield text[: match.start()] + (capital(word) if match[0][0].isupper() else word) + text[match.end() :]

    return mutate


def capital(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


PAIRS: dict[str, tuple[tuple[str, str], ...]] = {  # kind of error → wordings (patterns) and what is put for them
    "force": (
        (r"must(?! not)", "may"),
        (r"must(?! not)", "should"),
        (r"may(?! not)(?= [a-z])", "must"),
        (r"should(?! not)", "must"),
        (r"can(?! not)", "must"),
        (r"should(?! not)", "may"),
        (r"has to", "can"),
    ),
    "time": (
        ("days", "weeks"),
        ("weeks?", "months"),
        ("months", "years"),
        ("years?", "months"),
        ("before", "after"),
        ("after", "before"),
        ("within", "after"),
        ("until", "after"),
        ("hours", "days"),
    ),
    "person": (
        ("carer's assessment", "needs assessment"),
        ("needs assessment", "carer's assessment"),
        ("carers?", "adult"),
        ("adults?", "carer"),
        ("child(?:ren)?", "adult"),
        ("the person you care for", "you"),
        ("parents?", "carer"),
        ("young people|young person", "carer"),
        ("relatives?|family", "neighbour"),
    ),
    "body": (
        (r"(?:your|the|a) council", "the NHS"),
        (r"(?:local )?authority", "integrated care board"),
        ("the NHS", "the council"),
        ("councils", "care homes"),
        ("ombudsman", "tribunal"),
        ("hospital", "care home"),
        ("court of protection", "county court"),
        ("CQC", "council"),
        ("provider", "council"),
    ),
    "step": (
        ("assessments?", "eligibility decision"),
        ("eligibility", "assessment"),
        ("reviews?", "complaint"),
        ("care plan|support plan", "needs assessment"),
        ("personal budget", "direct payment"),
        ("direct payments?", "personal budget"),
        ("enquiry", "prosecution"),
        ("advocate", "solicitor"),
        ("assess", "charge"),
    ),
    "scope": (
        ("all", "some"),
        ("every", "nearly every"),
        ("any", "every"),
        ("some", "all"),
        ("only ", ""),
        ("usually", "always"),
        ("at least", "at most"),
        ("most", "all"),
        ("both", "one"),
        ("each", "one"),
        ("or more", "or less"),
        ("up to", "at least"),
        ("normally", "always"),
        ("often", "always"),
    ),
    "way": (
        (r"above(?= £|\b.{0,20} limit)", "below"),
        (r"below(?= £|\b.{0,20} limit)", "above"),
        ("more than", "less than"),
        ("less than", "more than"),
        ("more", "less"),
        ("less", "more"),
        (r"over(?= £)", "under"),
        ("higher", "lower"),
        ("lower", "higher"),
        (r"(goes?|going|gone|went) up", r"\1 down"),
        (r"(goes?|going|gone|went) down", r"\1 up"),
        ("outside", "inside"),
        ("early", "late"),
    ),
}
