"""The parts are real ones, and one of them can be watched."""

from dataclasses import replace

from conftest import Built

from assistant.domain import Evidence, Question
from assistant.testing import HashEmbedder
from assistant.wiring import build_parts


class Watching:
    """A retriever that notes what another finds."""

    def __init__(self, retriever: object) -> None:
        self.retriever, self.seen = retriever, list[Evidence]()

    def retrieve(self, question: Question) -> Evidence:
        self.seen.append(self.retriever.retrieve(question))
        return self.seen[-1]


def test_a_part_is_replaced_and_the_assistant_uses_it(built: Built) -> None:
    parts = build_parts(built.settings, HashEmbedder())
    watching = Watching(parts.retriever)
    answer = replace(parts, retriever=watching).assistant().answer("Can I get a break from looking after my mum?")
    assert answer.sources
    assert watching.seen[0].cards[0].card.id == "a-break"
