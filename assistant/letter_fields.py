"""What a person's own messages say for the gaps of a letter: exact spans of them, or nothing.

A name, an address or a number is never taken: those are the person's to write in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_KIN = (
    r"(?:mum|mother|mam|mom|dad|father|husband|wife|partner|son|daughter|brother|sister|nan|nana|gran|grandma|grandad|granddad|"
    r"grandmother|grandfather|uncle|aunt|auntie|friend|neighbour|mother-in-law|father-in-law|mother in law|father in law)"
)
_PERSON = re.compile(
    rf"\bmy (?:late |elderly |disabled |dear |own )?(?P<kin>{_KIN})\b(?!['’]s \w*(?:house|brother|sister))",
    re.IGNORECASE,
)
# Someone who helps or speaks is not the one the letter is about.
_HELPS_ME = re.compile(
    rf"\b(?:looks? after|looking after|cares? for|caring for|helps?|helping) me\b|"
    rf"\bmy {_KIN} (?:just |also |always )?(?:says?|said|thinks?|told|tells|wants me|asked me|reckons)\b",
    re.IGNORECASE,
)
_COUNCIL = re.compile(
    r"\b(?!(?:The|My|Our|Your|This|That|Dear|And|But|So|If|County|City|Borough|District|Local) )"
    r"(?:[A-Z][a-z]+(?:[- ](?:upon|on|and|the|of|under))?[ -]){1,4}(?:Council|council)\b"
)
_HOSPITAL = re.compile(r"(?<!\w)(?<!\w[’'])(?:[A-Z][\w’']+ ){1,4}(?:Hospital|hospital|Infirmary|infirmary)\b")
_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:January|February|March|April|May|June|July|August|September|October|November|December)(?: 20\d\d)?|"
    r"(?:next|last|this) (?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|week|month)|\d{1,2}/\d{1,2}/(?:20)?\d\d)"
)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n+")
_LONGEST = 600  # characters for one gap

# A sentence of the person's goes into a gap, word for word, when it is no question and one of these is in it.
_TELLS: Mapping[str, str] = {
    "what_i_do": r"\bi (?:do|wash|cook|clean|shop|lift|feed|dress|help (?:him|her|them)|look after (?:him|her|them)|give (?:him|her|them)|sort|manage|get (?:him|her|them) (?:up|dressed|washed))\b",
    "effect_on_me": r"\b(?:i am|im|i'm|i’m) (?:so |really |always |completely |totally |just )?(?:tired|exhausted|worn out|shattered|ill|depressed|on my knees|at breaking point|struggling)\b|\b(?:slept|sleep|my back|my health|my job|my own health|given? up work|breaking point)\b",
    "difficulties": r"\b(?:cant|can't|can’t|cannot|can not|struggles?|unable|needs? help|hard for|fell|falls|falling|forgets?)\b",
    "the_cut": r"\b(?:cut|cuts|cutting|reduced?|reducing|stopp(?:ed|ing)|taking away|taken away|halved?)\b",
    "what_changed": r"\b(?:changed|worse|fallen|fell|stroke|came out of hospital|no longer|since)\b",
    "what_was_said": r"\b(?:said|told|says|refused|turned (?:me|us|him|her) down)\b",
    "what_went_wrong": r"\b(?:refused|ignored|never|didnt|didn't|didn’t|not answered|no one|nobody|missed|late|lost|wrong)\b",
    "why_not_safe": r"\b(?:cant|can't|can’t|cannot|unsafe|not safe|fall|falls|stairs|alone|no care)\b",
    "my_limits": r"\bi (?:cant|can't|can’t|cannot|am not able|wont|won't|won’t|work|am unable)\b",
    "care_that_stops": r"\bi (?:cant|can't|can’t|cannot|wont|won't|won’t|am not able|will not)\b",
    "what_happened": r"\b(?:fell|fallen|collapsed|died|ill|hospital|worse|suddenly|stopped|left)\b",
    "charge": r"£ ?\d|\b(?:bill|invoice|charge)\b",
    "what_i_need": r"\b(?:would help|need a break|need some|need help|need someone)\b",
    "what_is_needed": r"\b(?:would help|needs? (?:more|help|someone|a))\b",
}
_TELLING = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _TELLS.items()}
_REQUEST = re.compile(r"\b(?:write|draft|letter|e-?mail|template|compose)\b", re.IGNORECASE)


def fields_said(names: Sequence[str], said: Sequence[str]) -> dict[str, str]:
    """Values for the named gaps: each is an exact span of something said, or sentences of it, one a line."""
    found = {name: value for name, value in _spans(said) if name in names}
    used = set[str]()
    for name in names:
        telling = _TELLING.get(name)
        if telling is None:
            continue
        told = [s for s in _told(said) if s not in used and telling.search(s)]
        if told and len("\n".join(told)) <= _LONGEST:
            used.update(told)
            found[name] = "\n".join(told)
    return found


def _spans(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """People, councils, hospitals and dates named: only where there is no doubt which is meant."""
    text = "\n".join(said)
    people = {match["kin"].lower(): match[0] for match in _PERSON.finditer(text)}
    if len(people) == 1 and not _HELPS_ME.search(text):
        yield "person", next(iter(people.values()))
    for name, pattern in (("council", _COUNCIL), ("hospital", _HOSPITAL)):
        named = dict.fromkeys(match[0] for match in pattern.finditer(text))
        if len(named) == 1:
            yield name, next(iter(named))
    for name, near in (("assessment_date", r"assess\w*"), ("stop_date", r"stop\w*")):
        days = {
            m["day"]
            for s in _told(said)
            for m in re.finditer(rf"\b{near}\b.{{0,60}}?\b(?P<day>{_DAY})\b", s, re.IGNORECASE)
        }
        if len(days) == 1:
            yield name, days.pop()


def _told(said: Sequence[str]) -> list[str]:
    """The sentences that tell something: no questions, and not the request for the letter itself."""
    sentences = (s.strip() for text in said for s in _SENTENCE_END.split(text))
    return list(
        dict.fromkeys(s for s in sentences if len(s.split()) > 2 and not s.endswith("?") and not _REQUEST.search(s))
    )
