"""What the web adds is measured by the same question asked both ways; the shape of what is told, never a time."""

import re

from conftest import Built

from assistant.testing import HashEmbedder
from evals.overhead import Pairs, overhead


def test_each_question_is_asked_both_ways_alone_and_in_a_conversation(built: Built) -> None:
    questions = ["Can I get a break from looking after my mum?", "and who pays?", "Is it free?"] * 2
    told = list(overhead(built.settings, questions, HashEmbedder()))
    shape = r"{}: p50 Assistant.answer [\d.]+ ms, over HTTP [\d.]+ ms; the web adds -?[\d.]+ ms \(p50 of 6 pairs\)"
    assert [bool(re.fullmatch(shape.format(name), line)) for name, line in zip(("one question", "in a conversation"), told, strict=True)] == [True] * 2  # fmt: skip


def test_what_the_web_adds_is_the_median_of_the_pairs_not_of_the_sides() -> None:
    pairs = Pairs("x", direct=[0.010, 0.500, 0.020], web=[0.012, 0.503, 0.900])
    assert "the web adds 3.0 ms" in pairs.line()
