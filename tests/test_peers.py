"""Peers answer the same questions over the same texts, and are measured alike."""

from conftest import Built
from evaluating import CASE

from assistant.library import Library
from assistant.testing import HashEmbedder
from assistant.verifying import Support
from evals.checking import Trial
from evals.finding import measure
from evals.peers.cairn_cards import CairnCards
from evals.peers.checkers import detect


def test_cairn_finds_a_card_by_its_words_and_is_measured_like_the_others(library: Library, built: Built) -> None:
    cairn = CairnCards(library)
    found = measure(CASE, cairn.find("Can I get a break from looking after my mum?"))
    assert found.in_five_sections
    assert found.first_right
    nothing = measure(CASE, cairn.find("xylophone quartz"))
    assert not nothing.in_five_sections
    assert nothing.said == (False, False)


def test_the_checker_sees_what_similarity_does_not() -> None:
    true = "Your council must meet your needs within 28 days."
    trials = [
        Trial("verbatim", "a", true, (Support(true),)),
        Trial("verbatim", "b", "You may ask for a review.", (Support("You may ask for a review."),)),
        Trial("reworded", "a", true, (Support(true),)),
        Trial("number", "a", true.replace("28", "14"), (Support(true),)),
        Trial("force", "a", true.replace("must", "may"), (Support(true),)),
    ]
    ours, overlap, similar = detect(trials, HashEmbedder())
    assert (ours.caught.hits, ours.false_alarms["verbatim"].hits) == (2, 0)
    assert {name: rate.n for name, rate in ours.false_alarms.items()} == {
        "verbatim": 2,
        "near rewordings": 1,
        "free rewordings": 0,
    }
    assert overlap.name == "word overlap"
    assert overlap.area is not None
    assert similar.area is not None
    assert (
        overlap.area.value == similar.area.value == 1.0
    )  # so few that any difference tells; the threshold is what fails on many
