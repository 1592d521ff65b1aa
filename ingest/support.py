"""Whether the words of the law can carry a statement: duties for *must*, powers for *may*, and every number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Force

_DUTY = re.compile(
    r"\bmust\b|\bshall\b|\bis to\b|\bare to\b|\bduty\b|\brequired?\b|\brequires\b|\bmay not\b|\bmay only\b|\bonly if\b|\bhas to\b|\bentitled\b|"
    r"\bis not (?:authorised|permitted)|\bdisregarded\b|\bno \w+ (?:may|is)\b|\bbe had\b|\bconditions?\b|\bwhich specifies\b|\bdocument prepared\b|\bspecifies\b|\bensur",
    re.IGNORECASE,
)
_POWER = re.compile(
    r"\bmay\b|\bpower\b|\bcan\b|\bpermitted\b|\bdiscretion\b|\bnot required\b|\bunless\b|\bif the authority\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])£?\d[\d,]*(?:\.\d+)?(?![\w])")
_UNITS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_WORDS = {word: n for n, word in enumerate(_UNITS, 1)} | _TENS
_IN_LIMIT = re.compile(
    r"\b("
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r")\b(?=[ -](?:calendar |working |complete |whole )?(?:day|week|month|year|hour|stage|time|outcome|condition)s?\b)",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"\b(?:sections?|s\.|regulations?|reg\.|schedules?|chapters?|paragraphs?|annex(?:es)?|report|part|step|option)\s+\d+[A-Z]*(?:\([0-9a-zA-Z]+\))*(?:(?:,| and| or| to|–|-)\s*\d+[A-Z]*(?:\([0-9a-zA-Z]+\))*)*",
    re.IGNORECASE,
)
_YEARS_OF_ACTS = re.compile(r"\b(?:Act|Regulations)\s+(?:19|20)\d\d\b|\b(?:19|20)\d\d(?:-\d\d)?\b")


def force_fits(force: Force, official: str) -> bool:
    """Whether the official words hold a duty (for must) or a power (for may); other forces are not held to words."""
    if force is Force.MUST:
        return bool(_DUTY.search(official))
    if force is Force.MAY:
        return bool(_POWER.search(official))
    return True


def missing_numbers(statement: str, official: str) -> Iterator[str]:
    """Amounts, ages and time limits of a statement that the official words do not hold, in figures or words.

    References to sections and the years of Acts are left to the check of places.
    """
    text = _YEARS_OF_ACTS.sub(" ", _REFERENCES.sub(" ", statement))
    held = {_value(match) for match in _NUMBER.findall(official)} | set(_word_values(official, anywhere=True))
    for match in (*_NUMBER.findall(text), *_IN_LIMIT.findall(text)):
        value = _value(match)
        if value not in held and value not in {"1", "one"}:
            yield match


def _word_values(text: str, *, anywhere: bool) -> Iterator[str]:
    pattern = re.compile(r"\b(" + "|".join(_WORDS) + r")\b", re.IGNORECASE) if anywhere else _IN_LIMIT
    for word in pattern.findall(text):
        yield str(_WORDS[word.lower()])


def _value(number: str) -> str:
    if number.lower() in _WORDS:
        return str(_WORDS[number.lower()])
    return number.replace(",", "").rstrip(".")
