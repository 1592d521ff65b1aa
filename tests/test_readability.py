"""How hard a text reads is counted as Flesch and Kincaid did, over the syllables of a dictionary."""

import pytest

from ingest.readability import read_sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("care", 1), ("carer", 2), ("council", 2), ("assessment", 3), ("eligible", 4), ("authority", 4),
     ("Carer's", 2), ("carer’s", 2), ("23,250", 1), ("zorgle", 2), ("blorpe", 1), ("xqz", 1)],
)  # fmt: skip
def test_syllables_are_those_that_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_the_published_formula() -> None:
    reading = read_sentences(["The cat sat on the mat."])  # 6 words, 1 sentence, 6 syllables
    assert reading.grade == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert (reading.words, reading.sentences, reading.long_sentences) == (6, 1, 0)
    assert reading.words_a_sentence == 6


def test_a_text_known_to_be_harder_has_the_higher_grade() -> None:
    plain = read_sentences(["You can ask for help.", "It is free."])
    official = read_sentences(
        [
            "Notwithstanding subsection two, the authority may determine eligibility following consideration of circumstances."
        ]
    )
    assert plain.grade < 3
    assert official.grade > 15


def test_sentences_over_25_words_are_counted() -> None:
    assert read_sentences(["word " * 26, "word " * 25]).long_sentences == 1


def test_no_text_has_no_grade() -> None:
    assert read_sentences([]).words_a_sentence == read_sentences(["…", ""]).grade == 0
