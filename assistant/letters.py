"""Drafts a person can send: found by what they ask for, filled only with what they said, every legal line cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from assistant.citing import Citations
from assistant.domain import Letter, Place, Sentence, Statement
from assistant.letter_fields import fields_said
from assistant.letter_forms import GAP, LetterForm, usable_letters
from assistant.places import title
from assistant.reference import Reference, load_reference

LONGEST_VALUE = 1500  # characters a gap may take: a letter is no place for a whole message
_SPACE = re.compile(r"[^\S\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LIGHT = str.maketrans(dict.fromkeys("'’‘`´"))
_PAPER = r"(?:letters?|lettr|e-?mails?|notes?|drafts?|templates?)"
_COUNCIL = r"(?:the |my |our |his |her |their )?(?:\w+ )?(?:council|counsil|social services|social worker|ombudsman|hospital|ward|them)"
_ASKS = (
    rf"(?:can|could|will|would|wud|cud|pls|please|plz) (?:you|u|ya)? ?(?:please |pls |just |help me |help us |to )*(?:write|rite|draft|compose|type|word|prepare|make|do|give|send|get)\b.{{0,30}}\b(?:{_PAPER}\b|to {_COUNCIL}\b)",
    rf"^(?:ok |okay |yes |and |so |then |now |just |pls |please |plz )*(?:write|rite|draft|compose|type|word|prepare)\b.{{0,40}}(?:\b{_PAPER}\b|\bto {_COUNCIL}\b)",
    rf"\bhelp (?:me |us |with )*(?:to )?(?:write|writing|rite|draft|drafting|wording|word)\b.{{0,40}}(?:\b{_PAPER}\b|\bto {_COUNCIL}\b)",
    rf"\b(?:i|we) (?:need|want|would like|wud like|d like) (?:a |an |some |you to |help with |to (?:write|send) )*(?:draft |template |sample |standard |example )?(?:write )?{_PAPER}\b.{{0,60}}\b(?:to|for|asking|ask|that|template|{_COUNCIL})\b",
    rf"\b(?:have you got|do you have|got|is there|where is|any) (?:a |an |any |some )?(?:draft|template|sample|example|standard) {_PAPER}\b",
    rf"\b(?:draft|template|sample|example|standard) {_PAPER}\b",
    r"\bwrite (?:it|this|one|that) (?:for me|up for me|down for me)\b",
    rf"\bwhat (?:should|shall|do|can|could) (?:i|we) (?:write|put|say) in (?:the|a|my|our|this) {_PAPER}\b",
)
_ASKING = re.compile("|".join(_ASKS), re.IGNORECASE | re.MULTILINE)
_NOT_ASKING = re.compile(
    r"\b(?:they|council|social worker|she|he|hospital|home|agency) (?:has |have |had )?(?:wrote|written|sent|write|send)s?\b(?!.{0,40}\bfor me\b)",
    re.IGNORECASE,
)


class Letters:
    """The letters of a corpus. Raises BadCorpus, naming file and line, when one cannot be used."""

    def __init__(
        self, corpus: Path, reference: Reference | None = None, quotes: Mapping[str, str] | None = None
    ) -> None:
        self._reference = reference or load_reference(corpus)
        self._quotes = quotes or {}
        self._forms = {form.name: form for form in usable_letters(corpus)}

    def names(self) -> tuple[str, ...]:
        """The names of all letters, in order."""
        return tuple(self._forms)

    def get(self, name: str) -> LetterForm:
        """A letter with its gaps open. Raises KeyError for a name there is not."""
        return self._forms[name]

    def titles(self) -> tuple[str, ...]:
        """The titles of all letters, in order."""
        return tuple(form.title for form in self._forms.values())

    def fields_said(self, name: str, said: Sequence[str]) -> dict[str, str]:
        """What a person's own messages (oldest first) say for a letter's gaps, word for word; nothing is made up."""
        return fields_said([f.name for f in self._forms[name].fields], said)

    def fill(self, name: str, fields: Mapping[str, str] | None = None) -> Letter:
        """The letter with the given gaps filled; others stay as `[your name]`. Unknown fields are left alone."""
        form = self._forms[name]
        values = {f.name: tidy for f in form.fields if (tidy := _tidied((fields or {}).get(f.name, "")))}
        labels = {f.name: f"[{f.label}]" for f in form.fields}
        citations = Citations(self._reference, self._quotes)
        lines, written = list[Sentence](), list[str]()
        for part in form.parts:
            if part.statement is None:
                written.append(GAP.sub(lambda gap: values.get(gap[1], labels[gap[1]]), part.text))
                continue
            handles = citations.handles(part.statement.places)
            lines.append(Sentence(part.text, part.statement.force, handles, "letter"))
            written.append(self._with_places(part.statement))
        return Letter(
            name=name,
            title=form.title,
            text=re.sub(r"\n{3,}", "\n\n", "".join(written)).strip() + "\n",
            lines=tuple(lines),
            sources=citations.cited(),
            fields=values,
            missing=tuple(f for f in form.fields if f.name not in values),
        )

    def asked_for(self, message: str) -> bool:
        """Whether a message asks us to write something, and not about something another wrote."""
        plain = message.translate(_LIGHT)
        return bool(_ASKING.search(plain)) and not _NOT_ASKING.search(plain)

    def match(self, message: str, history: Sequence[str] = ()) -> str:
        """The letter a message asks for, by its own words or by what was said before; empty when none is asked for or none fits."""
        if not self.asked_for(message):
            return ""
        for said in (message, *reversed(history)):
            if name := self._nearest(said):
                return name
        return ""

    def _nearest(self, said: str) -> str:
        """The letter whose words a text uses most, longer runs counting more; the first of equals."""
        plain = f" {' '.join(re.findall(r'[a-z0-9]+', said.translate(_LIGHT).lower()))} "
        scores = {form.name: _score(form.words, plain) for form in self._forms.values()}
        best = max(scores, key=lambda name: scores[name], default="")
        return best if best and scores[best] else ""

    def _with_places(self, statement: Statement) -> str:
        """The sentence with the places it rests on, as a letter would give them."""
        cited = []
        for _, group in groupby(statement.places, key=lambda place: place.source):
            places = list(group)
            named = title(self._reference.source(places[0]), "page")
            first = title(self._reference.source(places[0]), places[0].ref)
            rest = [self._short(place, named) for place in places[1:]]
            cited.append(", ".join([first, *rest]))
        body, stop = (statement.text[:-1], statement.text[-1]) if statement.text[-1] in ".?!" else (statement.text, "")
        return f"{body} ({'; '.join(cited)}){stop}"

    def _short(self, place: Place, named: str) -> str:
        return title(self._reference.source(place), place.ref).removeprefix(named).lstrip(", ")


def _tidied(value: str) -> str:
    """A value on as few lines as it had, without control characters, no longer than a letter bears."""
    lines = (_SPACE.sub(" ", line).strip() for line in _CONTROL.sub(" ", value).splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST_VALUE].strip()


def _score(words: Iterable[str], plain: str) -> int:
    return sum(len(phrase.split()) for phrase in words if f" {phrase} " in plain)
