"""Before anything else: is somebody in danger, is this a greeting, does it belong elsewhere?

Fixed patterns and fixed warm words, kept in `corpus/routes/`. No model, no retrieval, the same answer every time.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Status
from assistant.errors import BadCorpus

LONGEST = (
    2000  # characters looked at from each end of a message: a Telegram message whole, a letter where people say it
)
_LIGHT = str.maketrans(dict.fromkeys("'’‘`´ʼ\u200b\u200c\u200d\u2060\ufeff\u00ad") | {"–": "-", "—": "-", "−": "-"})
_LONG_RUN = re.compile(r"(?<=\w{60})\w+|(?<=[^\w\s]{12})[^\w\s]+")  # no word is so long, no row of marks says more
_SPACE = re.compile(r"[^\S\n]+")
_SENTENCE_END = re.compile(r"([.!?;…]+)\s+|\s*\n\s*")
_PIECE = re.compile(r"<([a-z_]+)>")
_GAP = r"(?!\w).{0,45}?(?<!\w)"
_STOP = r"(?=[^\w\s]*(?:\n|\Z))"
_START, _END = r"(?<!\w)", r"(?:(?!\w)|(?<!\w))"  # a pattern neither begins nor ends inside a word
_DEEPEST = 6  # pieces may draw in pieces, but not for ever


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, and the pieces that must be somewhere in a message before the pattern is worth trying."""

    regex: re.Pattern[str]
    needs: tuple[str, ...] = ()


class Heard:
    """A tidied message, and which pieces have been found in it so far: each is looked for once, not once a pattern."""

    def __init__(self, text: str, pieces: Mapping[str, re.Pattern[str]]) -> None:
        self.text, self._pieces = text, pieces
        self.words = max(len(text.split()), len(text) // 15)  # a hundred brackets are no short message
        self._found: dict[str, bool] = {}

    def has(self, piece: str) -> bool:
        """Whether a piece is anywhere in the message."""
        if piece not in self._found:
            self._found[piece] = bool(self._pieces[piece].search(self.text))
        return self._found[piece]

    def holds(self, pattern: Pattern) -> bool:
        """Whether the pattern is anywhere in the message."""
        return all(map(self.has, pattern.needs)) and bool(pattern.regex.search(self.text))

    def sentences(self, pattern: Pattern) -> Iterable[str]:
        """The sentences a pattern is found in."""
        if not all(map(self.has, pattern.needs)):
            return
        for match in pattern.regex.finditer(self.text):
            end = self.text.find("\n", match.end())
            yield self.text[self.text.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else len(self.text)]


@dataclass(frozen=True, slots=True)
class Route:
    """One way a message can leave the road early.

    It takes a message when a pattern is found in a sentence that holds no `unless`, or when every group of `together`
    has a pattern somewhere; and nothing of `never` is anywhere. The practical question is answered after the signpost
    when a pattern of `then_answer` is in the message.
    """

    name: str
    status: Status
    order: int
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    never: tuple[Pattern, ...]
    together: tuple[tuple[Pattern, ...], ...]
    then_answer: tuple[Pattern, ...]
    text: tuple[str, ...]
    contacts: tuple[str, ...]
    longest: int | None = None  # words; a longer message has more to say than this

    def takes(self, heard: Heard) -> bool:
        """Whether the message belongs to this route."""
        if self.longest is not None and heard.words > self.longest:
            return False
        return (self._said(heard) or self._said_together(heard)) and not any(map(heard.holds, self.never))

    def _said(self, heard: Heard) -> bool:
        return any(
            not any(other.regex.search(sentence) for other in self.unless)
            for pattern in self.patterns
            for sentence in heard.sentences(pattern)
        )

    def _said_together(self, heard: Heard) -> bool:
        return bool(self.together) and all(any(map(heard.holds, group)) for group in self.together)


@dataclass(frozen=True, slots=True)
class Signpost:
    """The fixed answer of a route."""

    route: str
    status: Status
    text: tuple[str, ...]
    contacts: tuple[str, ...]
    then_answer: bool = False


class Router:
    """Looks a message over once, in the order of the routes. The first that takes it has it."""

    def __init__(self, routes: Sequence[Route], pieces: Mapping[str, re.Pattern[str]] | None = None) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: route.order))
        self._pieces = pieces or {}

    def route(self, message: str) -> Signpost | None:
        """The signpost for a message, or None when it is a question to answer."""
        heard = Heard(tidied(message), self._pieces)
        for route in self.routes:
            if route.takes(heard):
                goes_on = any(map(heard.holds, route.then_answer))
                return Signpost(route.name, route.status, route.text, route.contacts, goes_on)
        return None

    def named(self, name: str, then_answer: bool = False) -> Signpost | None:
        """The signpost of a route by its name, for what was heard without its patterns; None when there is no such route."""
        found = next((route for route in self.routes if route.name == name), None)
        return Signpost(found.name, found.status, found.text, found.contacts, then_answer) if found else None


def tidied(message: str) -> str:
    """The message in lower case without apostrophes, one sentence a line; the middle of a very long one is left out."""
    if len(message) > 2 * LONGEST:
        message = f"{message[:LONGEST]}\n{message[-LONGEST:]}"
    plain = _LONG_RUN.sub("", unicodedata.normalize("NFKC", message).translate(_LIGHT).lower())
    lines = _SENTENCE_END.sub(lambda m: f"{m[1] or ''}\n", _SPACE.sub(" ", plain)).strip().split("\n")
    return "\n".join(dict.fromkeys(lines))  # a sentence said twice is read once


def load_routes(corpus: Path) -> Router:
    """The routes of `corpus/routes/*.toml`. Raises BadCorpus naming the file and route that cannot be used."""
    files: dict[Path, Mapping[str, Any]] = {}
    for path in sorted((corpus / "routes").glob("*.toml")):
        try:
            files[path] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            raise BadCorpus(f"{path} is not well-formed: {exc}. Mend that line and try again.") from exc
    words = {name: piece for raw in files.values() for name, piece in raw.get("words", {}).items()}
    routes = [_route(entry, words, path) for path, raw in files.items() for entry in raw.get("route", ())]
    if not routes:
        raise BadCorpus(f"{corpus / 'routes'} holds no routes. Restore them: danger would not be seen without.")
    return Router(routes, {name: re.compile(_drawn(f"<{name}>", words)) for name in words})


def _route(raw: Mapping[str, Any], words: Mapping[str, str], path: Path) -> Route:
    """A route from its table."""
    name = raw.get("name", "?")

    def compiled(key: str) -> tuple[Pattern, ...]:
        return _patterns(raw.get(key, ()), words)

    try:
        return Route(
            name=name,
            status=Status(raw["status"]),
            order=int(raw["order"]),
            patterns=compiled("patterns"),
            unless=compiled("unless"),
            never=compiled("never"),
            together=tuple(_patterns(group, words) for group in raw.get("together", ())),
            then_answer=compiled("then_answer"),
            text=tuple(raw["text"]),
            contacts=tuple(raw.get("contacts", ())),
            longest=raw.get("longest"),
        )
    except (KeyError, ValueError, re.error) as exc:
        raise BadCorpus(
            f"{path}: the route '{name}' cannot be used ({exc}). Mend it: danger may go unseen otherwise."
        ) from exc


def _patterns(texts: Sequence[str], words: Mapping[str, str]) -> tuple[Pattern, ...]:
    """Patterns of whole words: <name> draws in a piece, ` ... ` skips up to 45 characters of the same sentence, `$` is its end.

    Those that need the same pieces become one, so that a message is read over once for all of them.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for text in texts:
        alike.setdefault(_needs(text), []).append(_drawn(text.replace(" ... ", _GAP).replace("$", _STOP), words))
    return tuple(Pattern(re.compile(rf"{_START}(?:{'|'.join(some)}){_END}"), needs) for needs, some in alike.items())


def _drawn(text: str, words: Mapping[str, str]) -> str:
    """The text with its pieces, and theirs, drawn in. Raises ValueError for a circle and KeyError for no such piece."""
    for _ in range(_DEEPEST):
        if not _PIECE.search(text):
            return text
        text = _PIECE.sub(lambda m: f"(?:{words[m[1]]})", text)
    raise ValueError("its <pieces> draw in one another in a circle")


def _needs(text: str) -> tuple[str, ...]:
    """The pieces no match of the pattern can do without: outside brackets, not optional, not one of several choices."""
    bare, inside, depth = "", False, 0
    for char in text:
        depth += (char == "(") - (inside and char == ")")
        inside = depth > 0
        bare += "" if inside else char
    return () if "|" in bare else tuple(dict.fromkeys(re.findall(r"<([a-z_]+)>(?![?*{])", bare)))
