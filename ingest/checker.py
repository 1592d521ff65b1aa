"""The rules every statement is held to: plain words, a place that exists and is in force, and words there that carry it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import nupunkt

from assistant.domain import Authority, Card, Force, NextStep, Place, Source, Statement
from assistant.marks import Problem
from assistant.places import expand, in_force, parse_ref
from assistant.reference import Reference
from ingest.cards import CardFile, same_as
from ingest.originals import Original
from ingest.readability import Reading, read_sentences
from ingest.support import force_fits, missing_numbers

MIN_PHRASINGS = 12
MAX_WORDS = 25
_MONEY = re.compile(r"£\s?\d")
_ADDRESS = re.compile(r"https?://|www\.|\b[\w.]+@[\w.]+\b")
_PHONE = re.compile(r"\b0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b|\b116 123\b|\b85258\b")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]?[A-Z]{1,4}s?\b")
_NOT_LAW = re.compile(
    r"not (?:yet )?(?:in force|law|begun|started|in effect)|never (?:came|began|begun|started|been)|no cap\b|has not|did not|"
    r"does not apply|not brought|is not|there is no|are not|were not|repealed|ended|no longer|gone",
    re.IGNORECASE,
)
_LAW = {Authority.ACT, Authority.REGULATIONS}
_ALLOWED = {
    Force.MUST: _LAW,
    Force.MAY: _LAW,
    Force.RIGHT: {*_LAW, Authority.PRACTICE},
    Force.SHOULD: {Authority.GUIDANCE, Authority.PRACTICE},
    Force.OPINION: {Authority.OPINION, Authority.PRACTICE},
}


class Checker:
    """Holds statements to their sources and to plain words."""

    def __init__(
        self, reference: Reference, steps: Mapping[str, NextStep], letters: set[str], originals: Iterable[Original]
    ) -> None:
        self.reference, self.steps, self.letters = reference, steps, letters
        self.originals: dict[str, list[Original]] = {}
        for original in originals:
            self.originals.setdefault(original.source.id, []).append(original)

    def card(self, file: CardFile, card: Card) -> Iterator[Problem]:
        """Everything wrong with one card."""
        yield from self.names(file.file, topic=card.topics, contact=card.contacts, letter=card.letters)
        yield from self.names(file.file, **{"next step": card.next})
        distinct = {same_as(phrasing.text) for phrasing in card.asked}
        if len(distinct) < MIN_PHRASINGS:
            yield Problem(
                file.file,
                1,
                f"{len(distinct)} different phrasings, at least {MIN_PHRASINGS} are needed: add ways people ask.",
            )
        yield from self.statements(file.file, (*card.statements, *card.easy), file.statement_lines)
        yield from self.statements(file.file, card.staff, file.statement_lines, max_words=40)

    def names(self, file: str, **named: Iterable[str]) -> Iterator[Problem]:
        """Names of topics, next steps, contacts and letters that no data file holds."""
        known = {
            "topic": self.reference.topics,
            "next step": self.steps,
            "contact": self.reference.contacts,
            "letter": self.letters,
        }
        for kind, names in named.items():
            for name in names:
                if name not in known[kind]:
                    yield Problem(file, 1, f"'{name}' is not a known {kind}: mend the name, or add it first.")

    def bare(self, text: str) -> Iterator[str]:
        """What a text without a mark may not hold: amounts of money, numbers to ring, addresses."""
        if money := _MONEY.search(text):
            yield f"'{money[0]}…' in '{text[:40]}…': write the name of a figure in curly brackets, {{capital-limit-upper}}."
        if _ADDRESS.search(text) or _PHONE.search(text):
            yield f"a number or web address in '{text[:40]}…': name a contact in the header instead."

    def statements(
        self, file: str, statements: Iterable[Statement], lines: Mapping[str, int], max_words: int = MAX_WORDS
    ) -> Iterator[Problem]:
        """Everything wrong with some statements."""
        for statement in statements:
            line = lines.get(statement.id, 1)
            yield from (Problem(file, line, message) for message in self._wording(statement, max_words))
            yield from (Problem(file, line, message) for message in self._rests(statement))

    def reading(self, card: Card) -> Reading:
        """How the plain and easy text of a card reads."""
        return read_sentences(
            [part for s in (*card.statements, *card.easy) for part in nupunkt.sent_tokenize(self._shown(s.text))]
        )

    def _shown(self, text: str) -> str:
        names = self.reference.figures
        return re.sub(r"\{([a-z0-9-]+)\}", lambda m: names[m[1]].amount if m[1] in names else m[0], text)

    def _wording(self, statement: Statement, max_words: int) -> Iterator[str]:
        text = statement.text
        if (words := len(text.split())) > max_words:
            yield f"{words} words in '{text[:40]}…': split it, {max_words} is the most."
        if text[-1] not in '.?!:"”’)':
            yield f"'{text[-30:]}' ends without a full stop: add one before the mark."
        yield from self.bare(text)
        for name in self.reference.figure_names(text):
            figure = self.reference.figures.get(name)
            if figure is None:
                yield f"'{{{name}}}' is not in figures.toml: mend the name, or add the figure with its year."
            elif figure.year != "law" and not figure.standing and figure.year not in text:
                yield f"{{{name}}} is for {figure.year}: the sentence must say so, or the figure must be brought up to date."
        known = {form for term in self.reference.terms.values() for form in (term.term, *term.forms)}
        for abbreviation in _ABBREVIATION.findall(text):
            if self.reference.terms and abbreviation not in known and abbreviation.rstrip("s") not in known:
                yield f"'{abbreviation}' is not in glossary.toml: spell it out, or add it there."

    def _rests(self, statement: Statement) -> Iterator[str]:
        if statement.force is Force.SHOULD and not re.search(r"\bshould\b|\bexpect", statement.text):
            yield f"marked should, but '{statement.text[:40]}…' does not say should."
        for place in statement.places:
            if place.source in self.reference.sources:
                yield from self._place(statement, place, self.reference.sources[place.source])
            else:
                yield f"'{place.source}' is not in sources.toml: mend the name, or add the source."
        yield from self._numbers(statement)
        yield from self._force(statement)

    def _place(self, statement: Statement, place: Place, source: Source) -> Iterator[str]:
        """Whether the place exists, is in force, and may carry a sentence of this force."""
        allowed = _ALLOWED.get(statement.force)
        if allowed is not None and source.authority not in allowed:
            yield f"[{statement.force} {place}]: {source.authority} cannot carry '{statement.force}'; use should, fact or opinion."
        kind, _ = parse_ref(place.ref) or ("", "")
        if kind not in {*source.addresses, "page", *({"ch", "annex", "para"} if source.chapters else set())}:
            yield f"{source.title} has no places like '{place.ref}': use {', '.join((*source.addresses, 'page'))}."
        if kind in {"ch", "annex"} and source.chapters and place.ref not in source.chapters:
            yield f"the guidance has no '{place.ref}'."
        if not in_force(source, place) and not _NOT_LAW.search(statement.text):
            yield f"{place} is not in force: the sentence must say so, or rest on something else."
        if self._text_at(place.source, place.ref) == "":
            yield f"{place} is not in the official text: check the subsection."

    def _numbers(self, statement: Statement) -> Iterator[str]:
        """Numbers that stand at none of the places cited whose words are at hand."""
        texts = [text for place in statement.places if (text := self._text_at(place.source, place.ref))]
        figures = [
            f.amount for name in self.reference.figure_names(statement.text) if (f := self.reference.figures.get(name))
        ]
        if texts and (missing := sorted(missing_numbers(self._shown(statement.text), " ".join([*texts, *figures])))):
            yield f"'{', '.join(missing)}' in '{statement.text[:40]}…' is not at the place cited: check the number or the place."

    def _force(self, statement: Statement) -> Iterator[str]:
        texts = [self._text_at(p.source, p.ref) for p in statement.places]
        if statement.places and all(texts) and not force_fits(statement.force, " ".join(filter(None, texts))):
            places = ", ".join(map(str, statement.places))
            yield f"[{statement.force} {places}]: no word of a {'duty' if statement.force is Force.MUST else 'power'} there for '{statement.text[:40]}…'."

    def _text_at(self, source: str, ref: str) -> str | None:
        """The official words of a place in context; None when no original is at hand, empty when the place is not in it."""
        originals = self.originals.get(source)
        if not originals or ref == "page":
            return None
        top = ref.partition("(")[0]
        holding = [original for original in originals if top in original.by_ref]
        if not holding:
            return (
                ""
                if any(parse_ref(top) and top.split(".")[0] == o.tops[0].ref.split(".")[0] for o in originals)
                and not _partial(source)
                else None
            )
        ends = expand(ref)
        if any(end not in holding[0].by_ref for end in ends):
            return ""
        return " ".join(holding[0].in_context(end) for end in ends)


def _partial(source: str) -> bool:
    """Acts of which only a part is ever given as an original: other sections cannot be checked."""
    return source in {"mental-capacity-act-2005", "mental-health-act-1983"}
