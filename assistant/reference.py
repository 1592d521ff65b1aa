"""The dated data an answer may show: sources, contacts, figures, words. Read from the corpus folder, never made up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from assistant.domain import Authority, Cited, Contact, Figure, Place, Source, Word
from assistant.errors import BadCorpus
from assistant.places import address, title

T = TypeVar("T")
_ADDRESS = re.compile(r"https?://\S+")  # the words in it are nobody's to read
_FIGURE = re.compile(r"\{([a-z0-9-]+)\}")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade. `forms` are the ways it is written; capitals are matched as capitals."""

    term: str
    meaning: str
    forms: tuple[str, ...]
    everyday: bool


@dataclass(frozen=True)
class Reference:
    """Everything from the corpus folder that is data rather than an answer."""

    sources: Mapping[str, Source]
    contacts: Mapping[str, Contact]
    figures: Mapping[str, Figure]
    terms: Mapping[str, Term]
    topics: Mapping[str, str]

    def with_sources(self, found: Mapping[str, Source]) -> Reference:
        """The same, with the documents a library holds: those that were added, and the addresses of places in others."""
        held = {
            name: replace(self.sources[name], anchors=source.anchors, chapters=source.chapters)
            if name in self.sources
            else source
            for name, source in found.items()
        }
        return replace(self, sources={**self.sources, **held})

    def source(self, place: Place) -> Source:
        """The source of a place. Raises BadCorpus when `sources.toml` does not list it."""
        try:
            return self.sources[place.source]
        except KeyError:
            raise BadCorpus(
                f"sources.toml has no source called '{place.source}'. Add it there, or mend the mark."
            ) from None

    def cited(self, handle: str, place: Place, quote: str = "") -> Cited:
        """A place as an answer shows it, with its title and address."""
        source = self.source(place)
        return Cited(
            handle=handle,
            source=source.id,
            place=place.ref,
            title=title(source, place.ref),
            authority=source.authority.value,
            url=address(source, place.ref),
            quote=quote,
            as_of=source.as_of,
        )

    def with_amounts(self, text: str) -> str:
        """The text with each `{figure-name}` replaced by its amount. Raises BadCorpus for an unknown name."""

        def amount(match: re.Match[str]) -> str:
            if match[1] not in self.figures:
                raise BadCorpus(f"figures.toml has no figure called '{match[1]}'. Add it there, or mend the name.")
            return self.figures[match[1]].amount

        return _FIGURE.sub(amount, text)

    @staticmethod
    def figure_names(text: str) -> tuple[str, ...]:
        """The figures a sentence names, in order."""
        return tuple(dict.fromkeys(_FIGURE.findall(text)))

    @cached_property
    def _form_pattern(self) -> tuple[re.Pattern[str], Mapping[str, Term]]:
        forms: dict[str, Term] = {}
        for entry in self.terms.values():
            for form in (entry.term, *entry.forms):
                forms.setdefault(form if form.isupper() else form.lower(), entry)
        longest_first = sorted(forms, key=len, reverse=True)
        return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE), forms

    def terms_in(self, text: str) -> tuple[Term, ...]:
        """The glossary terms a text uses, in order of first use; the longest form wins where several fit."""
        if not self.terms:
            return ()
        pattern, forms = self._form_pattern
        found: dict[str, Term] = {}
        for match in pattern.finditer(_ADDRESS.sub(" ", text.replace("’", "'"))):
            entry = forms.get(match[1]) or forms.get(match[1].lower())
            if entry is not None:
                found.setdefault(entry.term, entry)
        return tuple(found.values())

    def words_in(self, text: str) -> tuple[Word, ...]:
        """The terms a lay reader needs explained, with their meanings."""
        return tuple(Word(entry.term, entry.meaning) for entry in self.terms_in(text) if not entry.everyday)


def load_reference(corpus: Path) -> Reference:
    """Read the data files of a corpus folder.

    Raises BadCorpus naming the file, and the entry, when one is missing or broken.
    """
    raw_sources = _read(corpus / "sources.toml").get("source", [])
    named = {raw.get("id", f"entry {n}"): raw for n, raw in enumerate(raw_sources, 1)}
    return Reference(
        sources=_entries(corpus / "sources.toml", named, lambda _, raw: _source(raw)),
        contacts=_entries(corpus / "contacts.toml", _read(corpus / "contacts.toml"), lambda _, raw: _contact(raw)),
        figures=_entries(corpus / "figures.toml", _read(corpus / "figures.toml"), _figure),
        terms=_entries(corpus / "glossary.toml", _read(corpus / "glossary.toml"), lambda _, raw: _term(raw)),
        topics=_read(corpus / "topics.toml").get("topics", {}),
    )


def _entries(path: Path, tables: Mapping[str, Any], make: Callable[[str, Mapping[str, Any]], T]) -> dict[str, T]:
    made = {}
    for key, raw in tables.items():
        try:
            made[key] = make(key, raw)
        except KeyError as exc:
            raise BadCorpus(f"{path}: '{key}' has no {exc}. Add that line to it and try again.") from exc
        except (TypeError, ValueError, AttributeError) as exc:
            raise BadCorpus(f"{path}: '{key}' cannot be used ({exc}). Mend it and try again.") from exc
    return made


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadCorpus(f"{path} is missing. Restore it, or set CARE_ACT_CORPUS to a complete corpus folder.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadCorpus(f"{path} is not well-formed: {exc}. Mend that line and try again.") from exc


def _source(raw: Mapping[str, Any]) -> Source:
    return Source(
        id=raw["id"],
        title=raw["title"],
        publisher=raw["publisher"],
        authority=Authority(raw["authority"]),
        page=raw["page"],
        licence=raw.get("licence", ""),
        as_of=raw.get("as_of", ""),
        addresses=dict(raw.get("address", {})),
        originals=tuple(raw.get("originals", ())),
        not_in_force=tuple(raw.get("not_in_force", ())),
        chapters=dict(raw.get("chapters", {})),
        under={ref: tuple(sections) for ref, sections in raw.get("under", {}).items()},
        fetch=tuple(raw.get("fetch", ())),
        cited_only=raw.get("cited_only", False),
    )


def _contact(raw: Mapping[str, Any]) -> Contact:
    return Contact(raw["name"], raw.get("phone", ""), raw.get("url", ""), raw.get("checked", ""), raw.get("when", ""))


def _figure(key: str, raw: Mapping[str, Any]) -> Figure:
    return Figure(
        id=key,
        amount=raw["amount"],
        meaning=raw["meaning"],
        year=raw["year"],
        place=raw["place"],
        check_at=raw["check_at"],
        checked=raw["checked"],
        standing=raw.get("standing", False),
    )


def _term(raw: Mapping[str, Any]) -> Term:
    return Term(raw["term"], raw["meaning"], tuple(raw.get("forms", ())), raw.get("everyday", False))
