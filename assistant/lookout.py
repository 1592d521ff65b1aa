"""The first look at a message: the fixed patterns, and the second ear for danger that they have no words for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.domain import Status
from assistant.hearing import Heard
from assistant.narrowing import NOTHING_KNOWN, AskBack, Narrowing
from assistant.routing import Router, Signpost

HEARD = {Status.DANGER: "heard_danger", Status.SAFEGUARDING: "heard_safeguarding"}
PERHAPS = "heard_perhaps"
# What a pattern says of these is not heard again: they are urgent already, or not to be followed.
_SETTLED = {Status.DANGER, Status.SAFEGUARDING, Status.MANIPULATION}
_A_QUESTION_TOO = 25  # words: a longer message, or one with a question mark, asks something besides


class Listens(Protocol):
    """Hears danger and abuse in words that no pattern knows."""

    def hears(self, message: str) -> Heard:
        """What is in a message."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first look found: a signpost or none, a quiet line to end on when the second ear is in doubt, and what to
    ask back when the message says too little on its own."""

    signpost: Signpost | None = None
    quietly: tuple[str, ...] = ()
    ask_back: AskBack | None = None


class Lookout:
    """Looks a message over by patterns, then listens to it."""

    def __init__(self, router: Router, listener: Listens, narrowing: Narrowing = NOTHING_KNOWN) -> None:
        self._router, self._listener, self._narrowing = router, listener, narrowing

    def route(self, message: str) -> Signpost | None:
        """The signpost alone, as evaluations grade it."""
        return self.look(message).signpost

    def look(self, message: str) -> Seen:
        """An urgent pattern's signpost counts most; what the second ear hears comes next, when it is loud enough."""
        signpost = self._router.route(message)
        if signpost is not None and signpost.status in _SETTLED:
            return Seen(signpost)
        ask_back = self._narrowing.ask_back(message)
        if ask_back is not None:  # a word or two, known by heart: nothing in them to hear
            return Seen(signpost, ask_back=ask_back)
        heard = self._listener.hears(message)
        if heard.status is not None and (signpost is None or heard.loud):
            asks_too = "?" in message or len(message.split()) > _A_QUESTION_TOO
            return Seen(self._router.named(HEARD[heard.status], asks_too) or signpost)
        quiet = self._router.named(PERHAPS) if heard.perhaps and signpost is None else None
        return Seen(signpost, quiet.text if quiet else ())
