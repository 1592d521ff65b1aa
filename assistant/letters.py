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

LONGEST_VALUE = 4096  # characters a gap may take, as many as a message of Telegram: what a person wrote is not cut
_TELLING = 2  # words: "direct payment" names a letter, "cut" does not
_HOW = frozenset({"in writing"})  # says how to ask for anything at all
_SPACE = re.compile(r"[^\S\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LIGHT = str.maketrans(dict.fromkeys("'’‘`´"))
# A few fillers at most: without an end to them, a message of nothing but "please" takes minutes to look at.
_PAPER = r"(?:(?:complaint |draft |template |sample |example |standard ){0,3}(?:letters?|lettr|e-?mails?|templates?|complaints?)\b)"
_COUNCIL = r"(?:(?:the |my |our |his |her |their )?(?:\w+ ){0,2}(?:council|counsil|social services|social care|social worker|ombudsman|hospital|ward|them)\b)"
_WRITE = r"(?:write|rite|draft|compose|type|word|prepare)"
_MAKE = rf"(?:{_WRITE}|make|do|give|send|get|put|have)"
_AIM = rf"(?:{_PAPER}|\b(?:to|2) {_COUNCIL}|\bsomething (?:i|we) can send)"
_OPENING = r"(?:(?:ok|okay|yes|and|so|then|now|just|hi|hello|pls|please|plz)[ ,]{1,3}){0,6}"
_ASKS = (
    # "can you draft an email to social services", "please write to them"
    rf"\b(?:(?:can|could|will|would|wud|cud) (?:you|u|ya)|pls|please|plz) (?:please |pls |just |help me |help us |to |can you ){{0,4}}{_MAKE}\b.{{0,30}}?{_AIM}",
    rf"\b(?:can|could|will|would) (?:you|u) (?:please )?e-?mail {_COUNCIL} for me\b",
    # "write me a letter", "draft something i can send"
    rf"^{_OPENING}(?:{_WRITE}\b.{{0,40}}?{_AIM}|(?:do|make|give|send|get) (?:me|us) (?:a|an|the|some)\b.{{0,20}}?{_PAPER})",
    rf"^{_OPENING}{_WRITE} (?:it|this|one|that)\b",
    rf"\b{_WRITE} (?:it|this|one|that) (?:up |down )?for me\b",
    # "help me write a complaint", "how do i write to the council"
    rf"\bhelp (?:me |us |with ){{0,2}}(?:to )?(?:{_WRITE}|writing|drafting|wording)\b.{{0,40}}?{_AIM}",
    rf"\bhow (?:do|should|can) (?:i|we) {_WRITE} (?:a |an |the |my |our )?{_AIM}",
    # "i need you to write to them", "i'd like a letter asking for"
    rf"\b(?:i|we) (?:need|want|would like|wud like) (?:you to |help to |to )?{_WRITE} (?:a |an |the )?{_AIM}",
    rf"\b(?:i need|i want|i would like|i wud like|id like|we need|we want|wed like) (?:you to \w+ )?(?:a |an |some )?{_PAPER} (?:to|for|asking|that (?:i|we) can|saying)\b",
    # "do you have a letter i can use", "is there a template for"
    rf"\b(?:have you got|do you have|is there|any) (?:a |an |any |some )?{_PAPER} (?:to send|i can|we can|for asking|for a|to ask|asking)",
    r"(?<!our )(?<!their )(?<!its )(?<!old )\b(?:draft|template|sample|example|standard) (?:letter|e-?mail)\b",
    rf"\b(?:words|wording) for (?:a|the|my) {_PAPER}",
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

    def fitting(self, steps: Iterable[str], most: int = 2) -> tuple[str, ...]:
        """The letters that would do what some steps advise, in their order: those that name it in two words or more."""
        found = dict.fromkeys(self._named(_plain(step)) for step in steps)
        return tuple(name for name in found if name)[:most]

    def _named(self, plain: str) -> str:
        """The letter that a step names with the longest of its words; empty when only single words of it are used."""
        longest = {form.name: _longest(form.words, plain) for form in self._forms.values()}
        name = max(longest, key=lambda name: longest[name], default="")
        return name if name and longest[name] >= _TELLING else ""

    def _nearest(self, said: str) -> str:
        """The letter whose words a text uses most, longer runs counting more; the first of equals."""
        plain = _plain(said)
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


def _plain(said: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', said.translate(_LIGHT).lower()))} "


def _longest(words: Iterable[str], plain: str) -> int:
    return max((len(phrase.split()) for phrase in words if phrase not in _HOW and f" {phrase} " in plain), default=0)


def _score(words: Iterable[str], plain: str) -> int:
    return sum(len(phrase.split()) for phrase in words if f" {phrase} " in plain)
