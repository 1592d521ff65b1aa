"""Letters in a chat: chosen by a button, filled in by short questions, given as a text to copy and as a file.

What a person writes into a letter is held in memory only, until the letter is done; it is never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from telegram import InlineKeyboardMarkup

from assistant.domain import Letter, LetterField
from assistant.letters import Letters
from assistant.rendering import Flat, Mark
from assistant.telegram import buttons, layout, words
from assistant.telegram.messages import messages
from assistant.telegram.questions import Questions
from assistant.telegram.sending import Outbox
from assistant.telegram.where import Where


@dataclass(frozen=True, slots=True)
class _Filling:
    """A letter under way: what was told, and which fields are still to be asked."""

    name: str
    open: tuple[LetterField, ...]
    told: dict[str, str] = field(default_factory=dict)
    touched: float = 0.0


class LetterDesk:
    """Helps to write letters, in private chats."""

    def __init__(
        self,
        letters: Letters,
        questions: Questions,
        outbox: Outbox,
        minutes: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._letters, self._questions, self._outbox = letters, questions, outbox
        self._seconds, self._clock = minutes * 60, clock
        self._under_way: dict[int, _Filling] = {}

    async def offer(self, at: Where, text: str) -> None:
        """Show the letters there are, or begin the one a person asks for."""
        if at.group:
            await self._questions.to_private(at, words.ONLY_PRIVATE)
        elif text in self._letters.names():
            await self._begin(at, text, {})
        else:
            rows = [[(self._letters.get(name).title, buttons.data("letter", name))] for name in self._letters.names()]
            await self._outbox.send(at.chat, layout.lines(words.WHICH_LETTER), buttons.keyboard(*rows))

    def asked_for(self, text: str) -> bool:
        """Whether a message asks for something to be written."""
        return self._letters.asked_for(text)

    async def wrote(self, at: Where, text: str) -> bool:
        """Take a message as what belongs in the letter under way; false when there is none."""
        filling = None if at.group else self._filling(at.chat)
        if filling is None:
            return False
        alarm = await self._questions.alarm(at, text)
        if alarm is not None:
            await self._outbox.send(at.chat, layout.shown(alarm), reply_to=at.message)
        told = filling.told | {filling.open[0].name: text}
        await self._ask_next(at, replace(filling, open=filling.open[1:], told=told))
        return True

    async def begin(self, at: Where, letter: Letter) -> None:
        """Begin a letter that a person asked for in their own words, with what they have told already."""
        if at.group:
            await self._questions.to_private(at, words.ONLY_PRIVATE)
            return
        await self._begin(at, letter.name, letter.fields)

    async def tapped(self, at: Where, verb: str, args: tuple[str, ...]) -> bool:
        """Do what a button of a letter says; false when it is not one, or is no longer good."""
        if verb == "letter":
            if args and args[0] not in self._letters.names():
                return False
            await self.offer(at, args[0] if args else "")
            return True
        filling = self._filling(at.chat)
        # The field's number is in the button, so that a second tap on an old one does not skip another field.
        if filling is None or args != (filling.name, str(len(filling.open))):
            return False
        if verb == "skip":
            await self._ask_next(at, replace(filling, open=filling.open[1:]))
        elif verb == "finish":
            await self._ask_next(at, replace(filling, open=()))
        elif verb == "drop":
            self.drop(at.chat)
            await self._outbox.send(at.chat, layout.lines(words.LETTER_DROPPED))
        else:
            return False
        return True

    def drop(self, chat: int) -> None:
        """Forget the letter under way."""
        self._under_way.pop(chat, None)

    async def _begin(self, at: Where, name: str, told: Mapping[str, str]) -> None:
        form = self._letters.get(name)
        left = tuple(gap for gap in form.fields if gap.name not in told)
        text = words.LETTER_BEGINS.format(title=form.title, when=form.when, count=len(left))
        await self._outbox.send(at.chat, layout.lines(text))
        await self._ask_next(at, _Filling(name, left, dict(told)))

    async def _ask_next(self, at: Where, filling: _Filling) -> None:
        """Ask for the next field, or give the letter when none is left."""
        if not filling.open:
            self.drop(at.chat)
            await self._give(at, self._letters.fill(filling.name, filling.told))
            return
        self._under_way[at.chat] = replace(filling, touched=self._clock())
        await self._outbox.send(at.chat, layout.lines(filling.open[0].question), _field_buttons(filling))

    async def _give(self, at: Where, letter: Letter) -> None:
        text = letter.text.strip()
        await self._outbox.send(at.chat, messages(Flat(text, (Mark("copy", 0, len(text)),))))
        caption = words.LETTER_GIVEN + (words.LETTER_GAPS if letter.missing else "")
        await self._outbox.send_file(at.chat, f"{letter.name}.txt", letter.text.encode("utf-8", "replace"), caption)

    def _filling(self, chat: int) -> _Filling | None:
        now = self._clock()
        for other in [c for c, filling in self._under_way.items() if filling.touched + self._seconds < now]:
            self.drop(other)
        return self._under_way.get(chat)


def _field_buttons(filling: _Filling) -> InlineKeyboardMarkup | None:
    left = (filling.name, str(len(filling.open)))
    return buttons.keyboard(
        [
            (words.SKIP_BUTTON, buttons.data("skip", *left)),
            (words.FINISH_BUTTON, buttons.data("finish", *left)),
            (words.DROP_BUTTON, buttons.data("drop", *left)),
        ]
    )
