"""How fast one chat may go on, so that nobody takes the time of the others."""

from __future__ import annotations

from limits import RateLimitItemPerMinute, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import BadSetting


class Pace:
    """Counts what each chat sends, in memory and by number only."""

    def __init__(self, rate: str) -> None:
        """`rate` is that of the web, such as `30/minute;300/hour`. Raises BadSetting when it cannot be read."""
        try:
            self._each = parse_many(rate)
        except ValueError as exc:
            raise BadSetting(f"CARE_ACT_RATE cannot be read ({exc}). It looks like 30/minute;300/hour.") from exc
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._telling = RateLimitItemPerMinute(1)

    def allows(self, chat: int) -> bool:
        """Count one more; false when that is too many."""
        return all(self._limiter.hit(item, "chat", str(chat)) for item in self._each)

    def should_tell(self, chat: int) -> bool:
        """Whether the chat is to be told that it is too fast: once a minute, not each time."""
        return self._limiter.hit(self._telling, "told", str(chat))
