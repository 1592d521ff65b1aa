"""Guided checks in a chat: a question with buttons, the next one, then what the answers mean.

The answers so far stand in the buttons themselves, so nothing is kept and a restart loses nothing.
"""

from __future__ import annotations

from string import ascii_lowercase, digits

from assistant.checks import Checks, Step
from assistant.domain import Register
from assistant.telegram import buttons, layout, words
from assistant.telegram.memory import Memory
from assistant.telegram.questions import Questions
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where

_DIGITS = digits + ascii_lowercase  # one character for each choice made


class CheckDesk:
    """Leads through guided checks, in private chats."""

    def __init__(self, checks: Checks, questions: Questions, memory: Memory, outbox: Outbox) -> None:
        self._checks, self._questions, self._memory, self._outbox = checks, questions, memory, outbox

    async def offer(self, at: Where, _: str) -> None:
        """Show the checks there are."""
        if at.group:
            await self._questions.to_private(at, words.ONLY_PRIVATE)
            return
        rows = [[(self._checks.get(name).title, buttons.data("check", name, ""))] for name in self._checks.names()]
        await self._outbox.send(at.chat, layout.lines(words.WHICH_CHECK), buttons.keyboard(*rows))

    async def tapped(self, at: Where, verb: str, args: tuple[str, ...]) -> bool:
        """Take the choice a button stands for; false when it is no button of a check there is."""
        if verb != "check" or len(args) != 2 or args[0] not in self._checks.names():
            return False
        recall = await self._memory.recall(at.chat)
        step = self._step(args[0], args[1], recall.register)
        if step is None:
            return False
        if step.outcome is None:
            await self._ask(at, step, args[1])
        else:
            await self._questions.give(at, step.outcome, recall)
        return True

    def _step(self, name: str, path: str, register: Register) -> Step | None:
        """Where the choices of a path lead; None when a choice is not there any more, as after a change of the check."""
        step = self._checks.start(name)
        for digit in path:
            number = _DIGITS.find(digit)
            if step.outcome is not None or not 0 <= number < len(step.choices):
                return None
            answers = step.answers | {step.question: step.choices[number].id}
            step = self._checks.answer(name, answers, register)
        return step

    async def _ask(self, at: Where, step: Step, path: str) -> None:
        rows = [
            [(choice.label, buttons.data("check", step.check, path + _DIGITS[n]))]
            for n, choice in enumerate(step.choices)
        ]
        title = step.title if not path else ""
        await self._outbox.send(at.chat, layout.lines(title, step.text, *step.help), buttons.keyboard(*rows))
