"""Personal details in a message: recognised, so that they are searched with nowhere and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable

NOTE = (
    "You sent personal details. I did not use or keep them, and I do not need them. "
    "Please leave out names, dates of birth, addresses and numbers next time."
)
GONE = "…"  # what stands where a detail was; it holds nothing to search with

# Spaces are taken once and for all (`\s*+`): tried again in every split, a page of them would hold the server for hours.
_NUMBER_WORD = r"(?:no|num|number|nr|#)?\.?\s*+(?:is|was|:|=|-)?\s*+"
_DATE = r"(?i:\d{1,2}(?:st|nd|rd|th)?[ ./-](?:\d{1,2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)[ ./,-]{1,2}(?:19|20)?\d{2})"
_STREET = r"(?:street|st|road|rd|avenue|ave|lane|close|drive|way|court|crescent|terrace|gardens|place|grove|walk|mews|square|row|hill|rise|green)"


def _luhn(digits: str) -> bool:
    """Whether digits pass the check every payment card number passes (ISO/IEC 7812)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(found: re.Match[str]) -> bool:
    return _luhn(re.sub(r"\D", "", found[0]))


def _is_nhs(found: re.Match[str]) -> bool:
    """Ten digits whose last is the check digit of the first nine (NHS Data Dictionary, modulus 11)."""
    digits = [int(char) for char in re.sub(r"\D", "", found[0])]
    return (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11 == digits[9]


def _always(_found: re.Match[str]) -> bool:
    return True


# In order: a longer or surer kind comes first, since what it found is gone when the next looks.
_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("e-mail", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"), _always),
    ("card number", re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]?\d)"), _is_card),
    ("National Insurance number", re.compile(r"\b[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b", re.I), _always),
    ("NHS number", re.compile(rf"\bNHS\s++{_NUMBER_WORD}\d{{3}}[ -]?\d{{3}}[ -]?\d{{4}}\b", re.I), _always),
    ("NHS number", re.compile(r"(?<![\d.])[1-9]\d{2}[ -]?\d{3}[ -]?\d{4}(?!\d)"), _is_nhs),
    ("sort code", re.compile(r"\b\d{2}-\d{2}-\d{2}\b"), _always),
    ("sort code", re.compile(rf"\bsort ?code\s*+{_NUMBER_WORD}\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}}\b", re.I), _always),
    ("bank account", re.compile(rf"\b(?:account|acc|a/c)\s*+{_NUMBER_WORD}\d{{8}}\b", re.I), _always),
    ("phone", re.compile(r"(?<![\d.£])(?:\+44 ?|0044 ?|0)(?:\(0\) ?)?[1-9](?:[ -]?\d){8,9}(?!\d)"), _always),
    (
        "name and date of birth",
        re.compile(
            rf"\b[A-Z][a-z]+(?: [A-Z][a-z'’-]+){{1,3}}[ ,(]{{1,3}}(?:(?:dob|DOB|d\.o\.b\.?|date of birth|born|b\.)(?: on| is)?[: ]{{0,2}})?{_DATE}"
        ),
        _always,
    ),
    (
        "date of birth",
        re.compile(rf"\b(?:dob|d\.o\.b\.?|date of birth|born)(?: on| is| was)?\s*+[:=]?\s*+{_DATE}", re.I),
        _always,
    ),
    (
        "address",
        re.compile(rf"\b(?:flat \d{{1,4}}[a-z]?,? )?\d{{1,4}}[A-Za-z]?,? (?:[A-Z][\w'’]+ ){{1,3}}(?i:{_STREET})\b"),
        _always,
    ),
    (
        "address",
        re.compile(
            rf"\b(?:live|lives|living|address)(?: is)?(?: at)? \d{{1,4}}[a-z]? (?:\w{{2,20}} ){{1,3}}{_STREET}\b", re.I
        ),
        _always,
    ),
    ("postcode", re.compile(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b", re.I), _always),
)


def found(text: str) -> tuple[str, ...]:
    """The kinds of personal detail in a text, each once."""
    return _without_details(text)[1]


def redact(text: str) -> str:
    """The text with each personal detail replaced by an ellipsis; the same text when there is none."""
    return _without_details(text)[0]


def _without_details(text: str) -> tuple[str, tuple[str, ...]]:
    kinds: dict[str, None] = {}
    for kind, pattern, surely in _KINDS:

        def taken(match: re.Match[str], kind: str = kind, surely: Callable[[re.Match[str]], bool] = surely) -> str:
            if not surely(match):
                return match[0]
            kinds[kind] = None
            return GONE

        text = pattern.sub(taken, text)
    return text, tuple(kinds)
