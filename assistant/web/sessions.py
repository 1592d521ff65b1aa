"""A maintainer's sign-in: a staff key, shown once, stands for half an hour in a cookie that is not the key."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

from assistant.keys import StaffKey, StaffKeys

COOKIE = "care_act_maintainer"
SECONDS = 1800


class Sessions:
    """Signs maintainers in. Raises ConversationsUnavailable when the keys cannot be read.

    Nothing is stored: the cookie names the key and when it ends, under a mark only this server (or another with the
    same secret) can make. A key that is revoked ends its sessions at once.
    """

    def __init__(self, keys: StaffKeys, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._keys, self._secret, self._clock = keys, secret, clock

    def begin(self, key: str) -> str:
        """What the cookie holds for somebody with this key; empty when it is no key in use."""
        held = self._keys.who(key.strip())
        if held is None:
            return ""
        body = f"{held.id}.{int(self._clock()) + SECONDS}"
        return f"{body}.{self._mark(body)}"

    def holder(self, cookie: str) -> StaffKey | None:
        """Whose session a cookie is; None when it is none, is over, or its key was revoked."""
        body, _, mark = cookie.rpartition(".")
        if not hmac.compare_digest(mark.encode("utf-8", "replace"), self._mark(body).encode()):
            return None
        key_id, _, until = body.partition(".")  # ours, since the mark is
        return self._keys.in_use(key_id) if int(until) > self._clock() else None

    def _mark(self, body: str) -> str:
        text = f"maintainer session {body}".encode("utf-8", "replace")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
