"""Checks every sentence of a draft against the statements it cites. What fails is replaced or left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.comparing import faults
from assistant.domain import Draft, DraftSentence, Force, Statement, Status
from assistant.errors import BadSource
from assistant.faults import Fault
from assistant.places import in_force
from assistant.reference import Reference
from assistant.wording import Token, tokens

_NEGATION = re.compile(r"\b(?:no|not|never|cannot|none|nobody|nor|without|neither)\b|n't\b", re.IGNORECASE)
_VERDICT = re.compile(r"^(Yes|No|It depends)[.,:] (?=[A-Z\"“])")
_SENTENCES = re.compile(r"(?<=[a-z0-9)”\"][.!?])\s+(?=[A-Z“\"])")
_JOINTS = re.compile(r"; |: |, (?:and|but|so|because|as|who|which|where)\b |, | (?:and|but|so|because|who|which) ")
REPLACED, LEFT_OUT = "replaced", "left out"  # what becomes of a sentence that is stopped
_LAST = re.compile(r"\b(a|an|the|of|and|or|but|if|your|their|its|his|her|because|than|as|with|for|from|at|by)\W*$")
_FEWEST = 2  # different names a sentence must hold before it says anything
_SHORTEST = 3  # names a part of a sentence must hold before it may rest on evidence of its own


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, what is wrong with it, and the words that show it."""

    sentence: str
    fault: Fault
    words: str = ""

    def __str__(self) -> str:
        return f"{self.fault.value}" + (f": {self.words}" if self.words else "")


@dataclass(frozen=True, slots=True)
class Support:
    """A text that may be cited. `force` tells what a command states (a duty, or only advice)."""

    text: str
    force: Force | None = None
    in_force: bool = True


def check(sentence: str, evidence: Iterable[str | Support]) -> tuple[Finding, ...]:
    """Everything a sentence says that the texts it cites do not carry. Nothing for a verbatim sentence.

    Each sentence must be carried by one sentence of the evidence, or be cut at its joints into parts that each are: so
    the *must* of one text cannot lend itself to the *may* of another. Similarity is not support: no rule measures it.
    """
    supports = [Support(given) if isinstance(given, str) else given for given in evidence]
    if not supports:
        return (Finding(sentence, Fault.NO_HANDLE),)
    found: list[tuple[Fault, str]] = []
    plain = sentence.strip()
    if match := _VERDICT.match(plain):
        if not any(support.text.startswith(match[0]) for support in supports):
            found.append((Fault.VERDICT, match[1]))
        plain = plain[match.end() :]
    held = [replace(support, text=_VERDICT.sub("", support.text.strip())) for support in supports]
    if not any(plain == support.text and _alive(support) for support in held):
        pieces = [
            _Piece(tokens(part), support)
            for support in held
            for part in dict.fromkeys((support.text, *_SENTENCES.split(support.text)))
        ]
        whole = tokens(plain)
        for said in _SENTENCES.split(plain):
            found += _unfinished(said, pieces) or _carried(said, pieces, whole)
    return tuple(Finding(sentence, fault, words) for fault, words in dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence of the evidence, and what it is part of."""

    words: tuple[Token, ...]
    support: Support

    def faults(self, said: tuple[Token, ...], whole: tuple[Token, ...]) -> list[tuple[Fault, str]]:
        """What a part of a sentence gets wrong against this piece."""
        found = list(faults(said, self.words, whole))
        if self.support.force is Force.MUST and not any(token.kind == "modal" for token in self.words):
            found = [fault for fault in found if fault != (Fault.FORCE, "must")]  # "Take all steps" is a duty here
        if self.support.force is Force.ADVICE and not any(token.word == "you" for token in self.words):
            found = [
                (fault, words) for fault, words in found if (fault, words) != (Fault.ROLE, "you")
            ]  # advice is to you
        if not _alive(self.support):
            found.append((Fault.NOT_IN_FORCE, ""))
        return found


def _alive(support: Support) -> bool:
    """Law that never began may be cited only by words that say so."""
    return support.in_force or bool(_NEGATION.search(support.text))


def _unfinished(said: str, pieces: Iterable[_Piece]) -> list[tuple[Fault, str]]:
    """A question claims nothing that could be carried; a sentence may end in a small word only where its evidence does."""
    if said.rstrip().endswith("?"):
        return [(Fault.UNFINISHED, "?")]
    last = _LAST.search(said.lower())
    if last and not any(re.search(rf"\b{last[1]}\W*$", piece.support.text.lower()) for piece in pieces):
        return [(Fault.UNFINISHED, last[1])]
    return []


def _carried(said: str, pieces: Sequence[_Piece], whole: tuple[Token, ...]) -> list[tuple[Fault, str]]:
    """The faults of one sentence against the piece that carries it best; none when its parts are carried each by one."""
    words = tokens(said)
    best = _least(words, pieces, whole)
    if not best:
        return []
    for joint in _JOINTS.finditer(said):
        parts = tokens(said[: joint.start()]), tokens(said[joint.end() :])
        long_enough = all(sum(token.named for token in part) >= _SHORTEST for part in parts)
        if long_enough and not any(_least(part, pieces, whole) for part in parts):
            return []
    return best


def _least(words: tuple[Token, ...], pieces: Sequence[_Piece], whole: tuple[Token, ...]) -> list[tuple[Fault, str]]:
    """No faults when any piece carries the words; else those against the piece that shares the most with them."""
    names = {token.word for token in words if token.heavy}
    if len({token.word for token in words if token.named}) < _FEWEST and not any(
        token.kind == "reference" for token in words
    ):
        return [(Fault.WORD, "")]
    best: tuple[tuple[int, int], list[tuple[Fault, str]]] | None = None
    for piece in pieces:
        found = piece.faults(words, whole)
        if not found:
            return []
        rank = (-len(names & {token.word for token in piece.words}), len(found))
        best = min(best, (rank, found), key=lambda pair: pair[0]) if best else (rank, found)
    return best[1] if best else []


def read_claims(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Sentences with the texts they cite, one JSON object a line. Raises BadSource naming a line that is not one."""
    claims = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise BadSource(f"{path} cannot be read ({exc}). Give a UTF-8 file with one JSON object a line.") from exc
    for number, line in enumerate(lines, 1):
        try:
            raw = json.loads(line)
            claims.append((str(raw["sentence"]), tuple(map(str, raw["evidence"]))))
        except (ValueError, KeyError, TypeError) as exc:
            raise BadSource(
                f'{path}, line {number} is not {{"sentence": …, "evidence": […]}} ({exc!r}). Mend it.'
            ) from exc
    return claims


def verify(draft: Draft, reference: Reference) -> Draft:
    """The draft with each failing sentence replaced by the statement it rests on, or left out when it rests on none.

    A draft that loses its direct answer is no answer: it becomes `not_found`.
    """
    if draft.status is not Status.ANSWERED:
        return draft
    mended = [(sentence, mend(sentence, reference)) for sentence in draft.sentences]
    kept = tuple(checked for _, checked in mended if checked is not None)
    stopped = (
        LEFT_OUT if checked is None else REPLACED
        for sentence, checked in mended
        if checked is None or checked.text != sentence.text
    )
    draft = replace(draft, stopped=(*draft.stopped, *stopped))
    if all(sentence.role in {"next", "heading"} for sentence in kept):
        return replace(draft, status=Status.NOT_FOUND, sentences=())
    return replace(draft, sentences=kept)


def mend(sentence: DraftSentence, reference: Reference) -> DraftSentence | None:
    """The sentence when what it cites carries it, else the first statement it rests on; None when it rests on none.

    The word a direct answer opens with was chosen by the composer, from phrasings whose verdict is known.
    """
    if sentence.role == "heading":  # names a subject and claims nothing
        return sentence
    supports = {statement: support_of(statement, reference) for statement in sentence.cites}
    live = tuple(statement for statement, support in supports.items() if _alive(support))
    if not live:
        return None
    if check(_VERDICT.sub("", sentence.text), [supports[statement] for statement in live]):
        return replace(sentence, text=live[0].text, cites=live[:1])
    return replace(sentence, cites=live)


def opening(text: str) -> str:
    """The yes, no or it depends that a sentence opens with, or nothing."""
    match = _VERDICT.match(text)
    return match[1] if match else ""


def bare(text: str) -> str:
    """A sentence without the yes, no or it depends it opens with."""
    return _VERDICT.sub("", text)


def support_of(statement: Statement, reference: Reference) -> Support:
    """A statement as evidence: dead when any place it rests on never began or was repealed."""
    live = all(in_force(reference.source(place), place) for place in statement.places)
    return Support(statement.text, statement.force, live)
