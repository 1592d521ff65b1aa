"""A question in a chat: looked up, answered with buttons, remembered for a short while."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from typing import Protocol

from telegram import InlineKeyboardMarkup

from assistant import privacy
from assistant.domain import Answer, Letter, Register, Status
from assistant.presenting import LETTER_NOTE
from assistant.telegram import buttons, layout, words
from assistant.telegram.memory import Memory, Recall, Told, with_answer
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where

# In a group these are only ever met with a pointer to a private chat.
_NOT_IN_A_GROUP = {Status.DANGER, Status.SAFEGUARDING, Status.PERSONAL}
_ALARMS = {Status.DANGER, Status.SAFEGUARDING}
# As on the web: of a danger or a disclosure nothing is kept; a refusal or a greeting is no use to a follow-up.
_KEPT = {Status.ANSWERED, Status.CLARIFY, Status.LETTER, Status.NOT_FOUND, Status.PERSONAL}
_WITH_BUTTONS = {Status.ANSWERED, Status.NOT_FOUND, Status.PERSONAL}
_UNANSWERED = {Status.NOT_FOUND, Status.PERSONAL, Status.OUTSIDE_SCOPE, Status.OUTSIDE_ENGLAND, Status.ERROR}


class Answers(Protocol):
    """Answers a message: the assistant."""

    def answer(
        self, message: str, history: tuple[str, ...] = (), register: Register = Register.PLAIN, answer_id: str = ""
    ) -> Answer:
        """The answer to a message, with what was said before it."""
        ...


class Questions:
    """Answers questions one after another in each chat, several chats at once."""

    def __init__(
        self, assistant: Answers, memory: Memory, outbox: Outbox, workers: Executor, private_link: str
    ) -> None:
        self._assistant, self._memory, self._outbox = assistant, memory, outbox
        self._workers, self._private_link = workers, private_link

    async def ask(self, at: Where, text: str, note: str = "", offer_letters: bool = False) -> Letter | None:
        """Answer a question; `note` is said above the answer. A letter that was asked for comes back instead."""
        async with self._outbox.typing(at.chat):
            recall = await self._memory.recall(at.chat)
            answer = await self._answer(at, text, recall)
        if at.group and (answer.status in _NOT_IN_A_GROUP or privacy.found(text)):
            await self.to_private(at, words.IN_PRIVATE)
            return None
        if answer.status is Status.LETTER and answer.letter is not None:
            # Among the notes is the quiet word on danger. That a letter is a draft is said with it, when it is given.
            notes = [note for note in answer.notes if note != LETTER_NOTE]
            if notes and not at.group:
                await self._outbox.send(at.chat, layout.lines(*notes), reply_to=at.message)
            await self._remember(at, text, recall, answer)
            return answer.letter
        above = "\n".join(filter(None, (note, "" if recall.works else words.NO_MEMORY)))
        await self.give(at, answer, recall, above, offer_letters)
        if answer.status in _UNANSWERED:
            await self._memory.unanswered(answer.subject, answer.status.value)
        await self._remember(at, text, recall, answer)
        return None

    async def alarm(self, at: Where, text: str) -> Answer | None:
        """What to say first when a person writes of danger where something else was asked; nothing otherwise."""
        answer = await self._answer(at, text, Recall())
        return answer if answer.status in _ALARMS else None

    async def give(
        self, at: Where, answer: Answer, recall: Recall, note: str = "", offer_letters: bool = False
    ) -> None:
        """Send an answer with its buttons."""
        await self._outbox.send(
            at.chat, layout.shown(answer, note), _buttons(answer, recall, offer_letters), at.message
        )

    async def to_private(self, at: Where, text: str) -> None:
        """Ask the person to move to a chat of their own."""
        link = buttons.link(words.OPEN_PRIVATE, self._private_link)
        await self._outbox.send(at.chat, layout.lines(text), link, at.message)

    async def unchanged(self, at: Where, text: str) -> bool:
        """Whether a message says what was remembered last: an edit that changed nothing that counts."""
        said = (await self._memory.recall(at.chat)).said
        return bool(said) and said[-1] == privacy.redact(text)

    async def _answer(self, at: Where, text: str, recall: Recall) -> Answer:
        # What others in a group said is nobody's history. A message remembered before a restart is not its own history.
        said = () if at.group else recall.said
        if said and said[-1] == privacy.redact(text):
            said = said[:-1]
        answer_id = self._memory.answer_id(at.chat, at.update)
        loop = asyncio.get_running_loop()
        # An executor's threads know nothing of the task: what is logged there must carry the same request.
        answer = partial(copy_context().run, self._assistant.answer, text, said, recall.register, answer_id)
        return await loop.run_in_executor(self._workers, answer)

    async def _remember(self, at: Where, text: str, recall: Recall, answer: Answer) -> None:
        if answer.status not in _KEPT:
            return
        repeated = bool(recall.said) and recall.said[-1] == privacy.redact(text)
        message = "" if at.group or repeated else text
        kept = with_answer(recall, layout.told(answer)) if answer.status in _WITH_BUTTONS else recall
        await self._memory.keep(at.chat, kept, message)


def _buttons(answer: Answer, recall: Recall, offer_letters: bool) -> InlineKeyboardMarkup | None:
    """The buttons that lead somewhere; none that need what cannot be kept just now."""
    letters = (words.LETTER_BUTTON, buttons.data("letter"))
    choices = [s.text for s in answer.sentences if s.role == "choice"]
    if choices:
        return buttons.keyboard(*([(choice, buttons.data("choice", str(n)))] for n, choice in enumerate(choices)))
    if answer.status not in _WITH_BUTTONS:
        return buttons.keyboard([letters]) if offer_letters and answer.status is Status.CLARIFY else None
    told: Told = layout.told(answer)
    first = []
    if recall.works and told.more:
        first.append((words.MORE_BUTTON, buttons.data("more", answer.id)))
    if recall.works and told.sources:
        first.append((words.SOURCES_BUTTON, buttons.data("sources", answer.id)))
    if answer.status is Status.ANSWERED:
        first.append(letters)
    useful = [
        (words.USEFUL_BUTTON, buttons.data("useful", answer.id)),
        (words.NOT_USEFUL_BUTTON, buttons.data("not", answer.id)),
    ]
    return buttons.keyboard(first, useful if recall.works else ())
