"""The retriever as LangChain knows one. Apart, because importing LangChain takes longer than answering."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.domain import Question
from assistant.reference import Reference
from assistant.retrieval import Retriever


class CareActRetriever(BaseRetriever):
    """The same retriever for LangChain: one Document a card, then one a passage, with places in the metadata."""

    retriever: Retriever
    reference: Reference

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager  # nothing here calls a model
        evidence = self.retriever.retrieve(Question(query))
        cards = [
            Document(
                id=found.card.id,
                page_content=" ".join(s.text for s in found.card.statements),
                metadata={
                    "title": found.card.title,
                    "places": [str(place) for place in found.card.places],
                    "authority": [self.reference.source(place).authority.value for place in found.card.places],
                    "score": found.score,
                },
            )
            for found in evidence.cards
        ]
        passages = [
            Document(
                id=found.passage.id,
                page_content=found.passage.text,
                metadata={
                    "title": found.passage.heading,
                    "places": [str(found.passage.place)],
                    "authority": [self.reference.source(found.passage.place).authority.value],
                    "in_force": found.passage.in_force,
                    "score": found.score,
                },
            )
            for found in evidence.passages
        ]
        return cards + passages
