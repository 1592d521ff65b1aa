"""The peer `cairn-assistant` from the registry, on the same corpus: our cards as its documents. The only door to cairn."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from assistant.domain import Card
from assistant.library import Library
from evals.finding import FIVE, Ranking, sections_of_card

_CANDIDATES = 40


class CairnCards:
    """Cairn as it comes, but for how many candidates it lists; its threshold and its one quoted passage are its own."""

    name = "cairn-assistant 0.3.0, over the cards"

    def __init__(self, library: Library) -> None:
        from cairn.config import Config
        from cairn.index import build_index

        self._cards: Mapping[str, Card] = {card.id: card for card in library.cards}
        self._config = Config(candidates=_CANDIDATES)
        with tempfile.TemporaryDirectory() as folder:
            for card in library.cards:
                (Path(folder) / f"{card.id}.md").write_text(_document(card), encoding="utf-8")
            self._index = build_index(folder)

    def find(self, question: str) -> Ranking:
        """The cards of its candidates, best first, and the text it answers with."""
        from cairn.engine import ask

        answered = ask(question, self._index, self._config, lang="en")
        trace = answered.attempts[-1].trace if answered.attempts else None
        found = [candidate.passage.doc_id for candidate in trace.candidates] if trace else []
        cards = [self._cards[name] for name in dict.fromkeys(found)]
        return Ranking(
            items=tuple(frozenset(sections_of_card(card)) for card in cards),
            sections=tuple(dict.fromkeys(section for card in cards for section in sections_of_card(card))),
            topics=frozenset(cards[0].topics) if cards else frozenset(),
            handed=" ".join(statement.text for card in cards[:FIVE] for statement in card.statements),
            said=answered.answer.text,
        )


def _document(card: Card) -> str:
    """A card as cairn reads documents: its phrasings are a passage, and so are its statements."""
    asked = " ".join(phrasing.text for phrasing in card.asked)
    says = " ".join(statement.text for statement in card.statements)
    return f"---\nid: {card.id}\ntitle: {card.title}\nlang: en\n---\n\n{_flat(asked)}\n\n{_flat(says)}\n"


def _flat(text: str) -> str:
    return " ".join(text.split())
