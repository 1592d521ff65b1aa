"""Parts for tests that need no model: they ship, so that another project can test against the real road too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from assistant.embedding import Vectors
from assistant.errors import ChatUnavailable

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Unit vectors from hashed words and runs of three characters: alike in letters is near, with no model to load.

    Says nothing about meaning. `embedded` keeps every text it was given, in order.
    """

    def __init__(self, size: int = 96, name: str = "hash") -> None:
        self.name, self.embedded = name, list[str]()
        self._size = size

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, each of length 1; the same text gives the same row on every machine."""
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), self._size), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for feature, weight in _features(text):
                # blake2b and not hash(): the latter differs from one process to the next.
                number = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
                row[(number >> 1) % self._size] += weight if number & 1 else -weight
            length = float(np.linalg.norm(row))
            if length:
                row /= length
            else:
                row[0] = 1.0  # a text without words still needs a direction
        return vectors


class ScriptedModel:
    """A chat model that says what it is told to. `asked` keeps every instruction and message it was given.

    `script` is the text, or what makes it of the message; `breaks_after` raises ChatUnavailable after so many characters.
    """

    def __init__(self, script: str | Callable[[str], str], breaks_after: int | None = None, piece: int = 7) -> None:
        self.name, self.asked = "scripted", list[tuple[str, str]]()
        self._script, self._breaks_after, self._piece = script, breaks_after, piece

    def stream(self, instructions: str, message: str) -> Iterator[str]:
        """The text in pieces of a few characters."""
        self.asked.append((instructions, message))
        text = self._script if isinstance(self._script, str) else self._script(message)
        end = len(text) if self._breaks_after is None else self._breaks_after
        yield from (text[n : min(n + self._piece, end)] for n in range(0, min(end, len(text)), self._piece))
        if self._breaks_after is not None:
            raise ChatUnavailable("The scripted chat model broke off, as it was told to.")


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in _WORD.findall(text.lower().encode("utf-8", "replace").decode("utf-8")):
        yield f"word {word}", 2.0
        padded = f" {word} "
        for start in range(len(padded) - 2):
            yield f"run {padded[start : start + 3]}", 1.0
