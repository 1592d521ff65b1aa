"""What is made from the library in use, made anew when another library is put in use: no restart is needed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from assistant.errors import CareActError, where_it_broke

log = logging.getLogger("care_act")

T = TypeVar("T")
EVERY = 1.0  # seconds between two looks at the pointer


class Current(Generic[T]):
    """Holds what `make` made, and looks at the file `current` about once a second, when asked.

    A new library is opened in the background while the old one goes on answering; only when the old one's files are gone
    does the one who asks wait. What cannot be opened is logged once, and the old one stays.
    """

    def __init__(self, library: Path, make: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        """Raises what `make` raises."""
        self._library, self._make, self._clock = library, make, clock
        self._name = self._refused = self._pointed()
        self._value = make()
        self._looked = clock()
        self._busy = threading.Lock()

    def get(self) -> T:
        """What was made from the library in use, or from the one before while the new one is being opened."""
        if self._clock() - self._looked >= EVERY:
            self._looked = self._clock()
            name = self._pointed()
            if name not in {self._name, self._refused, ""} and self._busy.acquire(blocking=False):
                if (self._library / "builds" / self._name).is_dir():
                    threading.Thread(target=self._open, args=(name,), daemon=True, name="library").start()
                else:
                    self._open(name)
        return self._value

    def _open(self, name: str) -> None:
        """Make anew; called with the lock held, which it gives back."""
        try:
            self._value, self._name = self._make(), name
            log.info("the library %s is in use", name)
        except Exception as exc:  # whatever a damaged library makes a vendor raise: whoever asks still gets an answer
            self._refused = name
            said = str(exc) if isinstance(exc, (CareActError, OSError)) else where_it_broke(exc)
            log.warning("the library %s cannot be used, the one before stays: %s", name, said)
        finally:
            self._busy.release()

    def _pointed(self) -> str:
        try:
            return (self._library / "current").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""


class _Following:
    """Passes everything it is asked on to the value of the moment, one whole call at a time."""

    def __init__(self, get: Callable[[], Any]) -> None:
        self._get = get

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get(), name)


def following(get: Callable[[], T]) -> T:
    """Something that behaves as what `get` gives at the moment: hand it out once, and it never grows old."""
    return cast(T, _Following(get))
