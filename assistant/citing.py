"""Numbers the places that sentences rest on, and shows each with its title, its address and its exact words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assistant.domain import Cited, Place
from assistant.places import expand
from assistant.reference import Reference

_SHORTEST_QUOTE = 30  # characters: less is a fragment
_CONVERTER_MARK = re.compile(r"\[\^|\*|“\*")  # footnotes and emphasis, which are not words of the law


class Citations:
    """The sources of one answer, numbered in order of use; a place has one number however often it is cited."""

    def __init__(self, reference: Reference, quotes: Mapping[str, str]) -> None:
        self._reference, self._quotes = reference, quotes
        self._handles: dict[Place, str] = {}

    def handles(self, places: Iterable[Place]) -> tuple[str, ...]:
        """The numbers of some places, each once; new places are given the next ones."""
        return tuple(self._handles.setdefault(place, str(len(self._handles) + 1)) for place in dict.fromkeys(places))

    def cited(self) -> tuple[Cited, ...]:
        """Every place numbered so far. Raises BadCorpus for a source that `sources.toml` does not list."""
        return tuple(self._reference.cited(n, place, self._quote(place)) for place, n in self._handles.items())

    def _quote(self, place: Place) -> str:
        """The exact official words of a place: a span without the converter's footnote marks, or nothing."""
        words = self._quotes.get(f"{place.source} {expand(place.ref)[0]}", "")
        before_marks = _CONVERTER_MARK.split(words, maxsplit=1)[0].strip()
        return before_marks if len(before_marks) >= _SHORTEST_QUOTE else ""
