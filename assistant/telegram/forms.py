"""What a person wants: an answer, a letter or a guided check."""

from __future__ import annotations

from assistant.telegram.check_desk import CheckDesk
from assistant.telegram.letter_desk import LetterDesk
from assistant.telegram.questions import Questions
from assistant.telegram.where import Where


class Forms:
    """The desks for questions, letters and checks."""

    def __init__(self, questions: Questions, letters: LetterDesk, checks: CheckDesk) -> None:
        self._questions, self._letters, self._checks = questions, letters, checks
        self.offer_letters, self.offer_checks = letters.offer, checks.offer

    async def wrote(self, at: Where, text: str) -> bool:
        """Take a message into the form under way; false when there is none."""
        return await self._letters.wrote(at, text)

    async def ask(self, at: Where, text: str, note: str = "") -> None:
        """Answer a question, or begin the letter it asks for."""
        letter = await self._questions.ask(at, text, note, self._letters.asked_for(text))
        if letter is not None:
            await self._letters.begin(at, letter)

    async def tapped(self, at: Where, verb: str, args: tuple[str, ...]) -> bool:
        """Do what a button of a form says; false when it is none, or no longer good."""
        return await self._letters.tapped(at, verb, args) or await self._checks.tapped(at, verb, args)

    def drop(self, chat: int) -> None:
        """Forget the form under way in a chat."""
        self._letters.drop(chat)
