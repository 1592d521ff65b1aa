"""Words find their stems, pieces of words forgive spelling, and an index kept in a folder scores as before."""

from pathlib import Path

import numpy as np
import pytest

from assistant.lexical import LexicalIndex, Tokens

TEXTS = ["The carer is assessed", "Savings and the house", "A break from caring for mum"]


def test_stems_join_the_forms_of_a_word() -> None:
    assert Tokens.STEMS.of("assessed Assessing assess") == ["assess"] * 3
    assert Tokens.STEMS.of("the carer's") == Tokens.STEMS.of("the carer’s") == ["the", "carer"]


def test_pieces_of_words_forgive_spelling() -> None:
    right, wrong = (set(Tokens.CHARACTERS.of(word)) for word in ("assessment", "assesment"))
    assert len(right & wrong) > len(right) / 2


@pytest.mark.parametrize("tokens", Tokens)
def test_the_text_that_says_it_scores_best(tokens: Tokens) -> None:
    scores = LexicalIndex.build(TEXTS, tokens).scores("savings")
    assert scores.shape == (3,)
    assert int(np.argmax(scores)) == 1


def test_where_nothing_matches_every_score_is_nought() -> None:
    index = LexicalIndex.build(TEXTS, Tokens.STEMS)
    assert index.scores("xyzzy").tolist() == index.scores("").tolist() == [0, 0, 0]


@pytest.mark.parametrize("tokens", Tokens)
def test_a_saved_index_scores_as_the_one_that_was_built(tmp_path: Path, tokens: Tokens) -> None:
    built = LexicalIndex.build(TEXTS, tokens)
    built.save(tmp_path)
    assert np.array_equal(
        LexicalIndex.load(tmp_path, tokens, 3).scores("a break for mum"), built.scores("a break for mum")
    )


def test_an_index_of_nothing_can_be_kept_and_asked(tmp_path: Path) -> None:
    LexicalIndex.build([], Tokens.STEMS).save(tmp_path)
    assert LexicalIndex.load(tmp_path, Tokens.STEMS, 0).scores("anything").shape == (0,)


def test_a_text_without_words_does_not_shift_the_others() -> None:
    assert int(np.argmax(LexicalIndex.build(["", "…", "savings"], Tokens.STEMS).scores("savings"))) == 2
