"""What happens when a person taps a button; an old button says plainly that it has expired."""

from __future__ import annotations

from contextlib import suppress

from telegram import CallbackQuery
from telegram.error import TelegramError

from assistant.telegram import buttons, layout, words
from assistant.telegram.forms import Forms
from assistant.telegram.memory import Memory
from assistant.telegram.questions import Questions
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where


class Taps:
    """Answers taps. Whatever the data of a button says is only ever looked up, never trusted."""

    def __init__(self, questions: Questions, forms: Forms, memory: Memory, outbox: Outbox) -> None:
        self._questions, self._forms, self._memory, self._outbox = questions, forms, memory, outbox

    async def tapped(self, at: Where, query: CallbackQuery) -> None:
        """Do what a button says."""
        verb, args = buttons.read(query.data or "")
        if verb in {"more", "sources"} and len(args) == 1:
            await self._show(at, query, verb, args[0])
        elif verb in {"useful", "not"} and len(args) == 1:
            await self._opinion(at, query, args[0], verb == "useful")
        elif verb == "why" and len(args) == 2:
            await self._reason(at, query, *args)
        elif verb == "example" and args and args[0].isdecimal() and int(args[0]) < len(words.EXAMPLES):
            await acknowledge(query)
            question = words.EXAMPLES[int(args[0])]
            await self._questions.ask(at, question, words.ASKED.format(question=question))
        elif verb == "choice" and (said := buttons.label(query)):
            await acknowledge(query)
            await self._questions.ask(at, said, words.ASKED.format(question=said))
        elif await self._forms.tapped(at, verb, args):
            await acknowledge(query)
        else:
            await acknowledge(query, words.EXPIRED, alert=True)

    async def _show(self, at: Where, query: CallbackQuery, what: str, answer_id: str) -> None:
        told = (await self._memory.recall(at.chat)).answer(answer_id)
        if told is None:
            await acknowledge(query, words.EXPIRED, alert=True)
            return
        await acknowledge(query)
        texts = told.more if what == "more" else told.sources
        nothing = words.NOTHING_MORE if what == "more" else words.NO_SOURCES
        await self._outbox.send(at.chat, texts or layout.lines(nothing), reply_to=at.message)

    async def _opinion(self, at: Where, query: CallbackQuery, answer_id: str, useful: bool) -> None:
        told = (await self._memory.recall(at.chat)).answer(answer_id)
        if told is None:
            await acknowledge(query, words.EXPIRED_OPINION, alert=True)
            return
        kept = await self._memory.feedback(answer_id, useful, "", told.subject)
        if useful or not kept:
            await acknowledge(query, words.THANKS if kept else words.FEEDBACK_LOST)
            return
        await acknowledge(query)
        reasons = [[(why, buttons.data("why", answer_id, str(n)))] for n, why in enumerate(words.WHYS)]
        await self._outbox.send(at.chat, layout.lines(words.WHY), buttons.keyboard(*reasons))

    async def _reason(self, at: Where, query: CallbackQuery, answer_id: str, number: str) -> None:
        told = (await self._memory.recall(at.chat)).answer(answer_id)
        if told is None or not number.isdecimal() or int(number) >= len(words.WHYS):
            await acknowledge(query, words.EXPIRED_OPINION, alert=True)
            return
        kept = await self._memory.feedback(answer_id, False, words.WHYS[int(number)], told.subject)
        await acknowledge(query, words.THANKS_WHY if kept else words.FEEDBACK_LOST)


async def acknowledge(query: CallbackQuery, text: str = "", alert: bool = False) -> None:
    """Stop the button's waiting sign. One that was tapped too long ago cannot be acknowledged, which harms nobody."""
    with suppress(TelegramError):
        await query.answer(text or None, show_alert=alert)
