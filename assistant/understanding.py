"""From a message, and what was said before, to standalone questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.domain import Question, Register

LONGEST = 2000  # characters of a message that are searched with; the model reads far fewer
MAX_PARTS = 8
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n+")
_LEANS_BACK = re.compile(
    r"^(?:and|but|so|or|ok|okay|yes|yeah|no|what if|what about|how about|how long|why|who|when|where|which|even if|does (?:that|this|it)|"
    r"is (?:that|this|it)|can (?:they|he|she|i|we|it)|they|he|she|it|that|this|those)\b",
    re.IGNORECASE,
)
_SHORT = 16  # words: a longer message stands on its own unless it opens by leaning back


def understand(message: str, history: Sequence[str] = (), register: Register = Register.PLAIN) -> tuple[Question, ...]:
    """One to three standalone questions. A short message that leans on the one before is joined with it."""
    text = clean(message)
    if history and _leans_back(text):
        before = clean(history[-1])
        return (Question(f"{before} {text}"[-LONGEST:], (text,), register),)
    return (Question(text[:LONGEST], _parts(text), register),)


def clean(message: str) -> str:
    """The message without control characters, in composed Unicode, spaces run together line by line."""
    composed = unicodedata.normalize("NFC", _CONTROL.sub(" ", message.encode("utf-8", "replace").decode("utf-8")))
    return "\n".join(" ".join(line.split()) for line in composed.splitlines()).strip()


def _leans_back(text: str) -> bool:
    return len(text.split()) <= _SHORT and bool(_LEANS_BACK.match(text))


def _parts(text: str) -> tuple[str, ...]:
    """The sentences of a message of several; nothing for a single one."""
    parts = [part.strip() for part in _SENTENCE_END.split(text[:LONGEST]) if len(part.split()) > 2]
    return tuple(parts[-MAX_PARTS:]) if len(parts) > 1 else ()
