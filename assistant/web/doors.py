"""The two doors: the public one (allowed origins, limited) and the staff one (bearer keys)."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from assistant.errors import BadSetting
from assistant.keys import StaffKeys
from assistant.settings import Settings
from assistant.web.metrics import Metrics
from assistant.web.problems import Refused

PATIENCE = 1.0  # seconds the store of counts has; nobody is limited after that
EVERY = 1.0  # seconds between two looks for counts in memory that are over
REST = 10.0  # seconds before that store is asked again after it failed, so that not every question waits for it
log = logging.getLogger("care_act.web")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the door. `name` is what limits are counted by: a network address, or the id of a staff key."""

    staff: bool
    name: str


class Doors:
    """Lets visitors in, or raises Refused with what to do."""

    def __init__(self, settings: Settings, keys: StaffKeys, metrics: Metrics) -> None:
        """Raises BadSetting when a limit, or the address where counts stand, cannot be used."""
        self._keys, self._metrics, self._origins = keys, metrics, frozenset(settings.allowed_origins)
        self._public, self._staff = (
            _limits("CARE_ACT_RATE", settings.rate),
            _limits("CARE_ACT_STAFF_RATE", settings.staff_rate),
        )
        try:
            storage = _counts(settings.limits_url)
        except (ConfigurationError, StorageError, ValueError) as exc:
            raise BadSetting(
                f"CARE_ACT_LIMITS_URL cannot be used ({type(exc).__name__}). Use memory:// or redis://host."
            ) from exc
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._rests_until = 0.0

    def let_in(self, request: Request) -> Visitor:
        """The visitor of a request: from a page we allow or from no page, and with a key of ours or with none."""
        origin = request.headers.get("origin", "").lower()
        if (
            origin
            and origin not in self._origins
            and urlsplit(origin).netloc != request.headers.get("host", "").lower()
        ):
            self._metrics.refused("origin")
            raise Refused(
                403,
                "Not from this page",
                "This page may not use the assistant. Ask its operator to add the page's origin to CARE_ACT_ORIGINS.",
            )
        if "authorization" in request.headers:
            return self.staff(request)
        return Visitor(False, _network(request.client.host if request.client else ""))

    def staff(self, request: Request) -> Visitor:
        """The visitor of a request that must carry a staff key. Raises ConversationsUnavailable when keys cannot be read."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        key = self._keys.who(text.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            self._metrics.refused("key")
            raise Refused(
                401,
                "A key is needed",
                "Send the header 'Authorization: Bearer KEY' with a staff key that is in use. The operator makes one with `care-act keys make`.",
                {"WWW-Authenticate": "Bearer"},
            )
        return Visitor(True, key.id)

    def count(self, visitor: Visitor, conversation: str = "") -> None:
        """Count a question. Raises Refused when the visitor, or one conversation, has asked too many."""
        if visitor.staff:
            self._hit(self._staff, f"key {visitor.name}")
            return
        self._hit(self._public, f"address {visitor.name}")
        if conversation:
            self._hit(self._public[:1], f"conversation {conversation}")

    def _hit(self, limits: list[RateLimitItem], name: str) -> None:
        if time.monotonic() < self._rests_until:
            return
        try:
            for limit in limits:
                if not self._limiter.hit(limit, name):
                    wait = max(1, math.ceil(self._limiter.get_window_stats(limit, name).reset_time - time.time()))
                    self._metrics.refused("limit")
                    raise Refused(
                        429,
                        "Too many questions just now",
                        f"You have asked a lot in a short time. Please wait {_spoken(wait)}, then ask again: nothing is wrong. If someone is in danger now, call 999.",
                        {"Retry-After": str(wait)},
                    )
        except StorageError as exc:  # counts that are away must not keep people from an answer
            self._rests_until = time.monotonic() + REST
            log.warning(
                "The counts of CARE_ACT_LIMITS_URL are away (%s); nobody is limited until they are back",
                type(exc).__name__,
            )


class _Counts(MemoryStorage):
    """Counts in memory, where old ones are looked for once in `EVERY` seconds.

    The library starts a thread to do so at every count, which took longer than all else at the door.
    """

    _looked = -EVERY

    def _MemoryStorage__schedule_expiry(self) -> None:
        now = time.monotonic()
        if now - self._looked >= EVERY:
            self._looked = now
            super()._MemoryStorage__schedule_expiry()  # type: ignore[misc]  # private there, so unknown to mypy


def _counts(url: str) -> Storage:
    """Where the counts stand. Redis' own client waits without end, and asks again by itself: ours does neither."""
    if url.startswith("memory"):
        return _Counts(url, wrap_exceptions=True)
    impatient: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": None}
    storage = storage_from_string(url, wrap_exceptions=True, **impatient)
    if not isinstance(storage, Storage):
        raise ValueError("a store for asyncio programs")  # which an address beginning with async+ asks for
    return storage


def _limits(setting: str, text: str) -> list[RateLimitItem]:
    try:
        return parse_many(text)
    except ValueError as exc:
        raise BadSetting(f"The setting {setting} cannot be used: write it like 30/minute;300/hour.") from exc


def _network(address: str) -> str:
    """What one household shares: an IPv4 address, or the first half of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _spoken(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{seconds} seconds" if seconds < 90 else f"{minutes} minutes"
