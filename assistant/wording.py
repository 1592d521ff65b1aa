"""Sentences as the words that count: who, what, how far, when, how many, with synonyms brought to one form.

The word lists stand in `wording.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import Stemmer

from assistant.spelling import spelled_out

_REFERENCE = re.compile(
    r"\b(sections?|ss?\.|regulations?|regs?\.|schedules?|sch\.|chapters?|ch\.|(?:sub-?)?paragraphs?|paras?\.|annex(?:es)?|subsections?|conditions?|parts?)\s*"
    r"((?:\d+[a-z]{0,2}|(?<=annex )[a-j]\b)?(?:\([0-9a-z]+\))*(?:(?:,| and| or| to|, and|-|, or) ?(?:\d+[a-z]{0,2}(?:\([0-9a-z]+\))*|(?:\([0-9a-z]+\))+))*)",
)
_ONE_REFERENCE = re.compile(r"\d+[a-z]{0,2}(?:\([0-9a-z]+\))*|(?:\([0-9a-z]+\))+|\b[a-j]\b")
_TOKEN = re.compile(r"§[^\s§]+|£?\d[\d,]*(?:\.\d+)?%?|[a-z][a-z0-9-]*(?:'[a-z]+)?|[.,;:!?]")
_NUMBERS = {
    w: str(n)
    for n, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
    )
} | {"half": "half", "third": "third", "quarter": "quarter", "twice": "2", "second": "second", "thirty": "30", "sixty": "60"}  # fmt: skip
_MODALS = {"must": "must", "may": "may", "can": "may", "could": "may", "might": "may", "should": "should"}
_KINDS = ("role", "step", "scope", "bound", "condition", "unit")


@dataclass(frozen=True, slots=True)
class Token:
    """A word in its common form. `kind` says what sort of claim it carries; `light` words carry none."""

    word: str
    kind: str
    raw: str
    owner: bool = False  # "your", "the carer's": whose, not who

    @property
    def heavy(self) -> bool:
        """Whether it names something: who, what, how many, where in the law."""
        return self.kind in {"word", "role", "step", "number", "reference", "unit"}

    @property
    def named(self) -> bool:
        """Whether a *not* or a *must* may stand by it: what is heavy, and the weak verbs."""
        return self.heavy or self.kind == "weak"


@dataclass(frozen=True, slots=True)
class _Lexicon:
    phrases: re.Pattern[str]
    forms: Mapping[str, tuple[str, str]]  # stem or phrase → (common form, kind)
    light: frozenset[str]
    weak: frozenset[str]


@lru_cache(maxsize=4096)
def tokens(sentence: str) -> tuple[Token, ...]:
    """The tokens of a sentence, in order; stops (commas and the like) are kept, with the kind `stop`."""
    text = spelled_out(sentence)
    text = _REFERENCE.sub(_reference_words, text)
    lexicon = _lexicon()
    text = lexicon.phrases.sub(_one_word, text)
    return tuple(_tokens(text, lexicon))


def _one_word(match: re.Match[str]) -> str:
    """A phrase as one word, its first word in its plain form."""
    written = match[1].replace(" ", "-").replace("'", "")
    first, _, rest = written.partition("-")
    for form in (written, re.sub(r"(?:s|ed|ing)$", "", first) + "-" + rest):
        if form in _lexicon().forms:
            return form
    return match[0]


def _tokens(text: str, lexicon: _Lexicon) -> Iterator[Token]:
    for raw in _TOKEN.findall(text):
        if raw in {",", ".", ";", ":", "!", "?"}:
            yield Token(raw, "stop", raw)
        elif raw[0] == "§":
            yield Token(raw, "reference", raw)
        elif raw[0] in "£0123456789":
            yield Token(raw.replace(",", "").rstrip("."), "number", raw)
        elif raw in {"not", "no"}:
            yield Token("not", "negation", raw)
        elif raw in _MODALS:
            yield Token(_MODALS[raw], "modal", raw)
        elif raw in {"your", "yours"}:
            yield Token("you", "role", raw, owner=True)
        elif "-" in raw and raw not in lexicon.forms:
            yield from _tokens(raw.replace("-", " "), lexicon)
        else:
            yield _word(raw, lexicon)


def _word(raw: str, lexicon: _Lexicon) -> Token:
    owner = raw.endswith(("'s", "s'"))
    plain = raw.removesuffix("'s").rstrip("'")
    for form in (plain, plain.replace("-", " "), stem(plain)):
        if form in lexicon.forms:
            word, kind = lexicon.forms[form]
            weak = kind == "word" and stem(plain) in lexicon.weak
            return Token(word, "weak" if weak else kind, raw, owner and kind == "role")
    if plain in _NUMBERS and plain != "one":
        return Token(_NUMBERS[plain], "number", raw)
    if plain in lexicon.light or stem(plain) in lexicon.light or plain == "one":
        return Token(plain, "light", raw)
    return Token(stem(plain), "weak" if stem(plain) in lexicon.weak else "word", raw)


def _reference_words(match: re.Match[str]) -> str:
    kind, listed = match[1].rstrip("s."), match[2]
    kind = {"": "s", "section": "s", "regulation": "reg", "schedule": "sch", "chapter": "ch", "paragraph": "para"}.get(
        kind, kind
    )
    found = _ONE_REFERENCE.findall(listed)
    return " ".join(f"§{kind}{one}" for one in found) + " " if found else match[0]


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Snowball stem. A stemmer is made for each new word because one may not be shared between threads."""
    return str(Stemmer.Stemmer("english").stemWord(word))


@cache
def opposites() -> tuple[tuple[str, str], ...]:
    """Pairs of words that turn a sentence round, each way."""
    pairs = [tuple(pair.split()) for pair in _raw()["opposite"]["pairs"]]
    return tuple((one, other) for first, second in pairs for one, other in ((first, second), (second, first)))


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))


@cache
def _lexicon() -> _Lexicon:
    raw = _raw()
    light = frozenset(raw["light"].split())
    weak = frozenset(map(stem, raw["weak"].split()))
    forms: dict[str, tuple[str, str]] = {}
    phrases = []
    for form, name, kind in _listed(raw):
        written = form.replace(" ", "-").replace("'", "")
        # A group may lean on one before it: what its first word stands for already, the whole group stands for.
        common = forms.get(name, (stem(name.replace(" ", "-")), kind)) if kind == "word" else (name, kind)
        if " " in form or "'" in form:
            phrases.append(form)
            forms.setdefault(written, common)
        elif form not in light:
            forms.setdefault(form, common)
            if kind in {"word", "role", "step", "unit"} and stem(form) not in light:
                forms.setdefault(stem(form), common)
    longest_first = sorted(phrases, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(_inflected, longest_first)) + r")s?(?![\w-])")
    return _Lexicon(pattern, forms, light, weak)


def _listed(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every form with the name it goes by and its kind."""
    yield from ((form, name, kind) for kind in _KINDS for name, forms in raw[kind].items() for form in forms)
    yield from ((form, group[0], "word") for group in raw["same"]["groups"] for form in group)


def _inflected(phrase: str) -> str:
    """A pattern for a phrase whose first word may be inflected: look into, looked into."""
    first, _, rest = phrase.partition(" ")
    return f"{re.escape(first)}(?:s|ed|ing)? {re.escape(rest)}" if rest and len(first) > 2 else re.escape(phrase)
