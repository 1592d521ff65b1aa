"""The desk: a question goes in with its conversation, an answer comes out, and what may be kept is kept."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain import Answer, Event, Register, Status
from assistant.errors import ConversationsUnavailable
from assistant.sealing import conversation_key
from assistant.web.metrics import Metrics
from assistant.wiring import House

log = logging.getLogger("care_act.web")
NOT_KEPT = "I could not keep what you said, so please say everything again if you ask a follow-up question."
# Of a danger or a disclosure nothing is kept; a refusal or a greeting is no use to a follow-up.
_KEPT = frozenset({Status.ANSWERED, Status.CLARIFY, Status.LETTER, Status.NOT_FOUND, Status.PERSONAL})
_UNANSWERED = frozenset({Status.NOT_FOUND, Status.PERSONAL, Status.OUTSIDE_SCOPE, Status.OUTSIDE_ENGLAND, Status.ERROR})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came to the desk. `conversation` is an id of ours, or empty."""

    question: str
    register: Register = Register.PLAIN
    turns: Sequence[str] = ()
    conversation: str = ""
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Offer:
    """A letter or a guided check that goes with an answer."""

    kind: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, how many earlier messages it was read with, whether this one was kept, and what goes with it."""

    answer: Answer
    messages: int = 0
    kept: bool = False
    offers: tuple[Offer, ...] = ()


class Desk:
    """Takes questions. An answer always comes, whether or not the conversation can be kept."""

    def __init__(self, house: House, metrics: Metrics) -> None:
        self._house, self._metrics = house, metrics

    def ask(self, asked: Asked) -> Told:
        """The answer to a question."""
        *_, told = self.stream(asked)
        assert isinstance(told, Told)
        return told

    def stream(self, asked: Asked) -> Iterator[Event | Told]:
        """What can be shown as it becomes ready; the last is the answer, told once what may be kept is kept."""
        key = self._key(asked.conversation) if asked.conversation else ""
        history, away = self._before(key, asked)
        answer: Answer | None = None
        for event in self._house.assistant.stream(asked.question, history, asked.register, self.token("answer")):
            if isinstance(event.value, Answer):
                answer = event.value
            else:
                yield event
        assert answer is not None
        kept = bool(key) and not away and answer.status in _KEPT and self._keep(key, asked.question)
        if key and (away or (answer.status in _KEPT and not kept)):
            answer = replace(answer, notes=(*answer.notes, NOT_KEPT))
        self._count(asked, answer)
        yield Told(answer, len(history), kept, tuple(self._offers(answer)))

    def begin(self) -> str:
        """The id of a new conversation. Nothing is kept until something is said."""
        return self.token("conversation")

    def said(self, conversation: str) -> tuple[str, ...]:
        """What was said in a conversation. Raises ConversationsUnavailable."""
        return self._house.conversations.said(self._key(conversation))

    def forget(self, conversation: str) -> None:
        """Delete a conversation. Raises ConversationsUnavailable."""
        self._house.conversations.forget(self._key(conversation))

    def token(self, kind: str) -> str:
        """A new id nobody can guess, marked so that we know our own."""
        body = secrets.token_hex(11)
        return body + self._mark(kind, body)

    def is_ours(self, kind: str, token: str) -> bool:
        """Whether this desk (or another with the same secret) gave out an id."""
        return hmac.compare_digest(self._mark(kind, token[:22]).encode(), token[22:].encode("utf-8", "replace"))

    def _mark(self, kind: str, body: str) -> str:
        return hmac.new(self._house.secret, f"{kind} {body}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[
            :10
        ]

    def _offers(self, answer: Answer) -> Iterator[Offer]:
        """Letters that do what the next steps advise, then the checks of the subject. None beside urgent help."""
        if answer.status is not Status.ANSWERED:
            return
        letters, checks = self._house.assistant.letters, self._house.assistant.checks
        for name in letters.fitting(step.text for step in answer.next_steps):
            yield Offer("letter", name, letters.get(name).title)
        for name in checks.names():
            if answer.subject in checks.get(name).topics:
                yield Offer("check", name, checks.get(name).title)

    def _key(self, conversation: str) -> str:
        return conversation_key("web", conversation, self._house.secret)

    def _before(self, key: str, asked: Asked) -> tuple[tuple[str, ...], bool]:
        """What was said before, and whether the store that would know is away."""
        if asked.turns or not key:
            return tuple(asked.turns), False
        try:
            return self._house.conversations.said(key), False
        except ConversationsUnavailable as exc:
            self._away(exc)
            return (), True

    def _keep(self, key: str, question: str) -> bool:
        try:
            self._house.conversations.remember(key, question)
        except ConversationsUnavailable as exc:
            self._away(exc)
            return False
        return True

    def _count(self, asked: Asked, answer: Answer) -> None:
        self._metrics.answered(asked.channel, answer)
        if answer.status in _UNANSWERED:
            try:
                self._house.conversations.unanswered(answer.subject, answer.status)
            except ConversationsUnavailable as exc:
                self._away(exc)

    def _away(self, exc: ConversationsUnavailable) -> None:
        self._metrics.conversations_away()
        log.warning("%s", exc)
