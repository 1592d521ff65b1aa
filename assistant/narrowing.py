"""Messages too short to answer well: one short question back, with questions the person may mean.

Without this the nearest card answers "money" or "can they do that" with confidence and off the point.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadCorpus

FILE = "narrowing.toml"
_LONGEST = 80  # characters: nothing longer is in the file
_LIGHT = str.maketrans(dict.fromkeys("'’‘`´"))
_MARKS = re.compile(r"[^\w£]+")


@dataclass(frozen=True, slots=True)
class AskBack:
    """A question back to the person, and whole questions they may mean."""

    name: str
    text: str
    choices: tuple[str, ...]


class Narrowing:
    """Knows, word for word, the messages that say too little."""

    def __init__(self, asks: Mapping[str, AskBack], around: Iterable[str] = ()) -> None:
        self._asks = dict(asks)
        longest_first = sorted(around, key=len, reverse=True)
        some = "|".join(map(re.escape, longest_first)) or r"\Z\b"
        self._around = re.compile(rf"\A(?:(?:{some})\s)+|(?:\s(?:{some}))+\Z")

    def ask_back(self, message: str) -> AskBack | None:
        """What to ask somebody who wrote only this; None when the message says something to go by."""
        if len(message) > _LONGEST:
            return None
        said = bare(message)
        return self._asks.get(said) or self._asks.get(self._around.sub("", said))

    @property
    def asks(self) -> tuple[AskBack, ...]:
        """Every question back, once, in the order of the file."""
        return tuple({ask.name: ask for ask in self._asks.values()}.values())


NOTHING_KNOWN = Narrowing({})


def load_narrowing(corpus: Path) -> Narrowing:
    """The questions back of `corpus/narrowing.toml`. Raises BadCorpus saying what is wrong with it."""
    path = corpus / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        asks: dict[str, AskBack] = {}
        for entry in raw["ask_back"]:
            ask = AskBack(entry["name"], entry["text"], tuple(entry["choices"]))
            for said in entry["when"]:
                if bare(said) in asks:
                    raise ValueError(f"'{said}' stands under both '{asks[bare(said)].name}' and '{ask.name}'")
                asks[bare(said)] = ask
        return Narrowing(asks, map(bare, raw["around"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise BadCorpus(
            f"{path}: the questions asked back cannot be read ({exc}). Each [[ask_back]] needs name, text, when and choices; "
            "`around` is a list of words."
        ) from exc


def bare(message: str) -> str:
    """A message in small letters, without marks and apostrophes."""
    return _MARKS.sub(" ", message.lower().translate(_LIGHT)).strip()
