"""Before anything else: is somebody in danger, is this a greeting, does it belong elsewhere?

Fixed patterns and fixed warm words, kept in `corpus/routes/`. No model, no retrieval, the same answer every time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Status
from assistant.errors import BadCorpus

LONGEST = 4000  # characters looked at from each end of a message; nobody's cry for help is longer
_SPACE = re.compile(r"\s+")
_LIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u200b": None, "\ufeff": None})


@dataclass(frozen=True, slots=True)
class Route:
    """One way a message can leave the road early. The first route in order whose pattern is found, and whose
    `unless` is not, takes the message. With `then_answer` the practical question is answered after the signpost."""

    name: str
    status: Status
    order: int
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    text: tuple[str, ...]
    contacts: tuple[str, ...]
    then_answer: bool = False

    def takes(self, message: str) -> bool:
        """Whether the tidied message belongs to this route."""
        return any(p.search(message) for p in self.patterns) and not any(p.search(message) for p in self.unless)


@dataclass(frozen=True, slots=True)
class Signpost:
    """The fixed answer of a route."""

    route: str
    status: Status
    text: tuple[str, ...]
    contacts: tuple[str, ...]
    then_answer: bool = False


class Router:
    """Looks a message over once, in the order of the routes."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: route.order))

    def route(self, message: str) -> Signpost | None:
        """The signpost for a message, or None when it is a question to answer."""
        tidy = tidied(message)
        for route in self.routes:
            if route.takes(tidy):
                return Signpost(route.name, route.status, route.text, route.contacts, route.then_answer)
        return None


def tidied(message: str) -> str:
    """The message in one line of lower case with plain quotation marks; the middle of a very long one is left out."""
    light = _SPACE.sub(" ", message.translate(_LIGHT)).strip().lower()
    return light if len(light) <= 2 * LONGEST else f"{light[:LONGEST]} … {light[-LONGEST:]}"


def load_routes(corpus: Path) -> Router:
    """The routes of `corpus/routes/*.toml`. Raises BadCorpus naming the file and route that cannot be used."""
    routes: list[Route] = []
    for path in sorted((corpus / "routes").glob("*.toml")):
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            words: Mapping[str, str] = raw.get("words", {})
            routes.extend(_route(entry, words, path) for entry in raw.get("route", []))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            raise BadCorpus(f"{path} is not well-formed: {exc}. Mend that line and try again.") from exc
    if not routes:
        raise BadCorpus(f"{corpus / 'routes'} holds no routes. Restore them: danger would not be seen without.")
    return Router(routes)


def _route(raw: Mapping[str, Any], words: Mapping[str, str], path: Path) -> Route:
    """A route from its table. `words` are pieces of pattern written once and drawn in as <name>."""
    name = raw.get("name", "?")

    def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(re.sub(r"<([a-z_]+)>", lambda m: f"(?:{words[m[1]]})", p)) for p in patterns)

    try:
        return Route(
            name=name,
            status=Status(raw["status"]),
            order=int(raw["order"]),
            patterns=compiled(raw["patterns"]),
            unless=compiled(raw.get("unless", ())),
            text=tuple(raw["text"]),
            contacts=tuple(raw.get("contacts", ())),
            then_answer=bool(raw.get("then_answer", False)),
        )
    except (KeyError, ValueError, re.error) as exc:
        raise BadCorpus(
            f"{path}: the route '{name}' cannot be used ({exc}). Mend it: danger may go unseen otherwise."
        ) from exc
