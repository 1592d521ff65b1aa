"""Cards are scored by several signals together, and each signal alone can find what it should."""

import numpy as np
import pytest

from assistant.card_index import CardIndex, Weights, z_scores
from assistant.errors import BadSetting
from assistant.library import EntryKind, Library
from assistant.testing import HashEmbedder


def scored(library: Library, text: str, weights: Weights | None = None) -> list[str]:
    index = CardIndex(
        library.cards, library.rows, library.vectors, library.card_words, library.learned, weights or Weights()
    )
    queries = HashEmbedder().embed([text])
    scores = index.scores(text, queries, index.similarities(queries))
    assert scores.shape == (len(library.cards),)
    return [library.cards[int(n)].id for n in np.argsort(-scores)]


def test_every_phrasing_and_title_finds_its_own_card_among_the_first(library: Library) -> None:
    for card in library.cards:
        for text in (card.title, *(phrasing.text for phrasing in card.asked)):
            assert card.id in scored(library, text)[:2], text


@pytest.mark.parametrize("signal", list(Weights.__dataclass_fields__))
def test_each_signal_alone_tells_cards_apart(library: Library, signal: str) -> None:
    alone = Weights(**{name: float(name == signal) for name in Weights.__dataclass_fields__})
    text = "is there a limit on savings for care? are savings below it left out of account?"
    assert "savings-limit" in scored(library, text, alone)[:3]


def test_the_nearest_phrasing_is_named_with_its_verdict(library: Library) -> None:
    index = CardIndex(library.cards, library.rows, library.vectors, library.card_words, library.learned, Weights())
    number = next(n for n, card in enumerate(library.cards) if card.id == "a-break")
    for phrasing in library.cards[number].asked:
        similarities = index.similarities(HashEmbedder().embed([phrasing.text]))[:, 0]
        nearest, similarity = index.nearest(number, similarities)
        assert nearest == phrasing
        assert similarity == pytest.approx(1, abs=1e-5)


def test_relevance_is_told_for_every_plain_statement_of_a_card(library: Library) -> None:
    index = CardIndex(library.cards, library.rows, library.vectors, library.card_words, library.learned, Weights())
    card = next(card for card in library.cards if card.id == "a-break")
    similarities = index.similarities(HashEmbedder().embed([card.points[1].text]))[:, 0]
    relevance = index.relevance(card, similarities)
    assert set(relevance) == {statement.id for statement in card.statements}
    assert max(relevance, key=lambda key: relevance[key]) == card.points[1].id


def test_rows_are_grouped_card_by_card(library: Library) -> None:
    owners = [row.owner for row in library.rows if row.kind is EntryKind.TITLE]
    assert owners == [card.id for card in library.cards]


def test_standard_scores_have_no_mean_and_a_spread_of_one() -> None:
    scores = z_scores(np.array([1, 2, 3, 10], dtype=np.float32))
    assert scores.mean() == pytest.approx(0, abs=1e-6)
    assert scores.std() == pytest.approx(1, abs=1e-6)
    assert z_scores(np.array([4, 4, 4], dtype=np.float32)).tolist() == [0, 0, 0]


def test_weights_are_read_from_a_setting_and_those_not_named_stay() -> None:
    default = Weights()
    parsed = Weights.parse("stems=2, dense=0")
    assert (parsed.stems, parsed.dense, parsed.body) == (2, 0, default.body)
    assert Weights.parse("") == default


@pytest.mark.parametrize("text", ["stem=1", "stems", "stems=much", "=1"])
def test_weights_that_cannot_be_used_name_the_setting_and_the_known_names(text: str) -> None:
    with pytest.raises(BadSetting, match=r"CARE_ACT_WEIGHTS cannot be used.*stems"):
        Weights.parse(text)
