"""The real Assistant with watchers: what was found and drafted for a question, beside the answer it became."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.assistant import Finds
from assistant.domain import Answer, Evidence, Question
from assistant.embedding import Embedder, Vectors
from assistant.settings import Settings
from assistant.wiring import Parts, build_parts
from evals.cases import Case


@dataclass(frozen=True, slots=True)
class Trial:
    """A case, the answer it got and the evidence found on the way; no evidence when a route took the message.

    `drafted` is the text that compose would write from the evidence before anything is checked.
    """

    case: Case
    answer: Answer
    found: tuple[Evidence, ...] = ()
    drafted: tuple[str, ...] = ()


class RememberingEmbedder:
    """An embedder that works each text out once. For evaluations only: it remembers every text it is given."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self._embedder = embedder.name, embedder
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Each text is embedded alone, so that its vector does not hang on its neighbours."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embedder.embed([text])[0]
        return np.asarray([self._known[text] for text in texts], dtype=np.float32)


class Watching:
    """A retriever that keeps what another one found. For one thread."""

    def __init__(self, retriever: Finds) -> None:
        self._retriever = retriever
        self.seen: list[tuple[Question, Evidence]] = []

    def retrieve(self, question: Question) -> Evidence:
        """What the other retriever finds, kept."""
        self.seen.append((question, self._retriever.retrieve(question)))
        return self.seen[-1][1]


class Examined:
    """An assistant under examination: the real parts, the retriever watched. For one thread."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._watching = Watching(parts.retriever)
        self._assistant = replace(parts, retriever=self._watching).assistant()

    @classmethod
    def of(cls, settings: Settings, embedder: Embedder | None = None) -> Examined:
        """The assistant that settings choose."""
        return cls(build_parts(settings, embedder))

    def ask(self, case: Case) -> Trial:
        """Ask a case with what was said before."""
        self._watching.seen.clear()
        answer = self._assistant.answer(case.message, case.history, answer_id=case.id)
        drafted = tuple(self._drafted()) if answer.composer == "statements" else ()
        return Trial(case, answer, tuple(evidence for _, evidence in self._watching.seen), drafted)

    def _drafted(self) -> Iterator[str]:
        """What compose writes: it is asked again, since it always writes the same from the same."""
        for question, evidence in self._watching.seen:
            draft = self.parts.composer.compose(question, evidence)
            yield " ".join(sentence.text for sentence in draft.sentences)
