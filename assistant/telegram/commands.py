"""The commands: each says what it did, at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from assistant.domain import Answer, Contact, Force, Register, Sentence, Status
from assistant.telegram import buttons, layout, words
from assistant.telegram.forms import Forms
from assistant.telegram.memory import Memory
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where

Command = Callable[[Where, str], Awaitable[None]]


class Commands:
    """What stands behind each command. `urgent` are the contacts to show when it cannot wait."""

    def __init__(
        self,
        forms: Forms,
        memory: Memory,
        outbox: Outbox,
        urgent: tuple[Contact, ...],
        minutes: float,
    ) -> None:
        self._forms, self._memory, self._outbox = forms, memory, outbox
        self._urgent, self._minutes = urgent, f"{minutes:g}"

    def all(self) -> Mapping[str, Command]:
        """Each command by its name."""
        return {
            "start": self._start,
            "help": self._help,
            "ask": self._ask,
            "simple": self._register(Register.EASY),
            "plain": self._register(Register.PLAIN),
            "staff": self._register(Register.STAFF),
            "sources": self._sources,
            "letter": self._forms.offer_letters,
            "check": self._forms.offer_checks,
            "urgent": self._call_now,
            "privacy": self._privacy,
            "forget": self._forget,
            "stop": self._stop,
        }

    async def _start(self, at: Where, _: str) -> None:
        examples = [[(question, buttons.data("example", str(n)))] for n, question in enumerate(words.EXAMPLES)]
        text = words.START.format(minutes=self._minutes)
        await self._outbox.send(at.chat, layout.lines(text), buttons.keyboard(*examples))

    async def _help(self, at: Where, _: str) -> None:
        await self._outbox.send(at.chat, layout.lines(words.HELP))

    async def _ask(self, at: Where, text: str) -> None:
        if text:
            await self._forms.ask(at, text)
        else:
            await self._outbox.send(at.chat, layout.lines(words.ASK_WHAT), reply_to=at.message)

    def _register(self, register: Register) -> Command:
        async def choose(at: Where, _: str) -> None:
            recall = await self._memory.recall(at.chat)
            kept = await self._memory.keep(at.chat, replace(recall, register=register))
            said = words.REGISTERS[register] + words.REGISTER_LASTS.format(minutes=self._minutes)
            await self._outbox.send(at.chat, layout.lines(said if kept else words.NO_MEMORY))

        return choose

    async def _sources(self, at: Where, _: str) -> None:
        recall = await self._memory.recall(at.chat)
        if not recall.answers:
            await self._outbox.send(at.chat, layout.lines(words.NO_ANSWER_YET))
            return
        await self._outbox.send(at.chat, recall.answers[-1].sources or layout.lines(words.NO_SOURCES))

    async def _call_now(self, at: Where, _: str) -> None:
        lead = Sentence(words.URGENT, Force.ADVICE, (), "signpost")
        numbers = Answer("", Status.DANGER, Register.PLAIN, (lead,), contacts=self._urgent)
        await self._outbox.send(at.chat, layout.whole(numbers))

    async def _privacy(self, at: Where, _: str) -> None:
        await self._outbox.send(at.chat, layout.lines(words.PRIVACY.format(minutes=self._minutes)))

    async def _forget(self, at: Where, _: str) -> None:
        await self._end(at, words.FORGOTTEN)

    async def _stop(self, at: Where, _: str) -> None:
        await self._end(at, words.STOPPED)

    async def _end(self, at: Where, done: str) -> None:
        self._forms.drop(at.chat)
        gone = await self._memory.forget(at.chat)
        text = done if gone else words.NOT_FORGOTTEN.format(minutes=self._minutes)
        await self._outbox.send(at.chat, layout.lines(text))
