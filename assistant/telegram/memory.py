"""What is kept of a chat, for a short while: what was said, the register, and the last answers' further parts."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.conversations import Conversations
from assistant.domain import Register
from assistant.errors import ConversationsUnavailable
from assistant.sealing import conversation_key
from assistant.telegram.messages import Text

log = logging.getLogger("care_act.telegram")

MOST_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was given: what its buttons show."""

    id: str
    subject: str = ""
    letters: tuple[str, ...] = ()
    more: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """What is kept of a chat. `works` is false when the database cannot be used just now."""

    said: tuple[str, ...] = ()
    register: Register = Register.PLAIN
    answers: tuple[Told, ...] = field(default=())
    works: bool = True

    def answer(self, answer_id: str) -> Told | None:
        """An answer that is still kept."""
        return next((told for told in self.answers if told.id == answer_id), None)


class Memory:
    """Conversations by chat. A database that is away means nothing is remembered, never that nobody is answered."""

    def __init__(self, conversations: Conversations, secret: bytes) -> None:
        self._conversations, self._secret = conversations, secret

    async def recall(self, chat: int) -> Recall:
        """What is kept of a chat."""
        key = self._key(chat)
        try:
            said, state = await asyncio.to_thread(
                lambda: (self._conversations.said(key), self._conversations.state(key))
            )
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)
            return Recall(works=False)
        return _from_json(said, state)

    async def keep(self, chat: int, recall: Recall, message: str = "") -> bool:
        """Keep the register and answers, and a message the person wrote; false when that was not possible."""
        key = self._key(chat)

        def work() -> None:
            if message:
                self._conversations.remember(key, message)
            self._conversations.keep(key, _as_json(recall))

        try:
            await asyncio.to_thread(work)
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)
            return False
        return True

    async def move(self, old: int, new: int) -> None:
        """A group got a new number: what is kept of it goes along."""
        recall = await self.recall(old)
        if recall != Recall() and recall.works:
            await self.keep(new, recall)
        await self.forget(old)

    async def forget(self, chat: int) -> bool:
        """Delete all that is kept of a chat; false when that was not possible."""
        try:
            await asyncio.to_thread(self._conversations.forget, self._key(chat))
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)
            return False
        return True

    async def feedback(self, told_id: str, useful: bool, why: str, subject: str) -> bool:
        """Keep what a person thought of an answer; false when that was not possible."""
        try:
            await asyncio.to_thread(self._conversations.feedback, told_id, useful, why, subject)
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)
            return False
        return True

    async def unanswered(self, subject: str, status: str) -> None:
        """Count a question without an answer, for the maintainers."""
        try:
            await asyncio.to_thread(self._conversations.unanswered, subject, status)
        except ConversationsUnavailable as exc:
            log.warning("%s", exc)

    def answer_id(self, chat: int, update: int) -> str:
        """The same name for the answer to an update each time it is made, also after a restart; it tells no chat."""
        return conversation_key("telegram answer", f"{chat} {update}", self._secret)[:32]

    def _key(self, chat: int) -> str:
        return conversation_key("telegram", str(chat), self._secret)


def with_answer(recall: Recall, told: Told) -> Recall:
    """What to keep once an answer was given: the last few, each once."""
    others = tuple(earlier for earlier in recall.answers if earlier.id != told.id)
    return replace(recall, answers=(*others, told)[-MOST_ANSWERS:])


def _as_json(recall: Recall) -> dict[str, Any]:
    answers = [
        {
            "id": told.id,
            "subject": told.subject,
            "letters": list(told.letters),
            "more": [text.as_json() for text in told.more],
            "sources": [text.as_json() for text in told.sources],
        }
        for told in recall.answers
    ]
    return {"register": recall.register.value, "answers": answers}


def _from_json(said: tuple[str, ...], state: dict[str, Any]) -> Recall:
    answers = tuple(
        Told(
            told["id"],
            told["subject"],
            tuple(told["letters"]),
            tuple(map(Text.from_json, told["more"])),
            tuple(map(Text.from_json, told["sources"])),
        )
        for told in state.get("answers", ())
    )
    return Recall(said, Register(state.get("register", Register.PLAIN)), answers)
