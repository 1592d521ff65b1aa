"""Checks every sentence of a draft against the statements it cites. What fails is replaced or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.domain import Draft, DraftSentence, Force, Statement, Status
from assistant.places import in_force
from assistant.reference import Reference

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NEGATION = re.compile(r"\b(?:no|not|never|cannot|none|nobody|nor|without|neither)\b|n't\b", re.IGNORECASE)
_MODALS = {
    Force.MUST: re.compile(r"\b(?:must|has to|have to|is required|required to|duty|shall)\b", re.IGNORECASE),
    Force.MAY: re.compile(r"\b(?:may|can|could|might|power)\b", re.IGNORECASE),
    Force.SHOULD: re.compile(r"\b(?:should|ought|expected)\b", re.IGNORECASE),
}
_SCOPE = re.compile(r"\b(?:all|every|any|some|only|always|each|most)\b", re.IGNORECASE)
_ROLES = re.compile(r"\b(?:adult|carer|child|council|local authority|nhs|hospital|provider|parent)s?\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|until|when|where|except|provided|as long as|only)\b", re.IGNORECASE)
_VERDICT = re.compile(r"^(?:Yes|No|It depends)\. ")
_ELSEWHERE = re.compile(r"\b(?:scotland|scottish|wales|welsh|northern ireland)\b", re.IGNORECASE)


class Fault(StrEnum):
    """The kinds of thing a sentence can get wrong against what it cites."""

    NO_HANDLE = "it cites nothing"
    NUMBER = "a number its evidence does not hold"
    FORCE = "a must, may or should its evidence does not carry"
    NEGATION = "a negation its evidence does not have, or has lost one"
    SCOPE = "a word of scope (all, some, only) its evidence does not use"
    ROLE = "a role (adult, carer, council, NHS) its evidence does not name"
    CONDITION = "a condition of its evidence is dropped"
    NOT_IN_FORCE = "it presents law that is not in force"
    NATION = "it speaks of another nation than its evidence"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, what is wrong with it, and the words that show it."""

    sentence: str
    fault: Fault
    words: str = ""


def check(sentence: str, evidence: Iterable[str]) -> tuple[Finding, ...]:
    """Everything a sentence says that the texts it cites do not carry. Nothing for a verbatim sentence.

    The rules are those of DESIGN.md: similarity is not support, so none of them measures it.
    """
    texts = list(evidence)
    if not texts:
        return (Finding(sentence, Fault.NO_HANDLE),)
    plain = _VERDICT.sub("", sentence)
    if any(plain.strip() == text.strip() for text in texts):
        return ()
    held = " ".join(texts)
    faults: list[tuple[Fault, str]] = []
    faults += [(Fault.NUMBER, n) for n in sorted(_numbers(plain) - _numbers(held))]
    faults += [
        (Fault.FORCE, force) for force, words in _MODALS.items() if words.search(plain) and not words.search(held)
    ]
    if bool(_NEGATION.search(plain)) != bool(_NEGATION.search(held)):
        faults.append((Fault.NEGATION, ""))
    faults += [(Fault.SCOPE, word) for word in sorted(_words(_SCOPE, plain) - _words(_SCOPE, held))]
    faults += [(Fault.ROLE, word) for word in sorted(_words(_ROLES, plain) - _words(_ROLES, held))]
    if _CONDITION.search(held) and not _CONDITION.search(plain):
        faults.append((Fault.CONDITION, ""))
    faults += [(Fault.NATION, word) for word in sorted(_words(_ELSEWHERE, plain) - _words(_ELSEWHERE, held))]
    return tuple(Finding(sentence, fault, str(words)) for fault, words in faults)


def verify(draft: Draft, reference: Reference) -> Draft:
    """The draft with each failing sentence replaced by the statement it rests on, or left out when it rests on none.

    A draft that loses its direct answer is no answer: it becomes `not_found`.
    """
    if draft.status is not Status.ANSWERED:
        return draft
    kept = tuple(mended for sentence in draft.sentences if (mended := _mended(sentence, reference)) is not None)
    if not any(sentence.role != "next" for sentence in kept):
        return replace(draft, status=Status.NOT_FOUND, sentences=())
    return replace(draft, sentences=kept)


def _mended(sentence: DraftSentence, reference: Reference) -> DraftSentence | None:
    live = tuple(s for s in sentence.cites if _may_be_cited(s, reference))
    if not live:
        return None
    if check(sentence.text, [s.text for s in live]):
        return replace(sentence, text=live[0].text, cites=live[:1])
    return replace(sentence, cites=live)


def _may_be_cited(statement: Statement, reference: Reference) -> bool:
    """Law that never began may be cited only by a sentence that says so."""
    live = all(in_force(reference.source(place), place) for place in statement.places)
    return live or bool(_NEGATION.search(statement.text))


def _numbers(text: str) -> set[str]:
    return {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)}


def _words(pattern: re.Pattern[str], text: str) -> set[str]:
    return {word.lower().removesuffix("s") for word in pattern.findall(text)}
