"""The finished libraries of a home: which is in use, putting one in use in one step, and going back."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.errors import CareActError

KEPT = 2  # the one in use, and the one to go back to


class Builds:
    """The folder `builds` and the pointer `current`. Written under the writer's lock only."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "builds"

    @property
    def current(self) -> str:
        """The name of the library in use; empty when there is none."""
        try:
            return (self.home / "current").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def names(self) -> list[str]:
        """Every finished library, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.parent.name for path in self.folder.glob("[!.]*/manifest.json"))

    def use(self, name: str) -> list[str]:
        """Put a finished library in use, in one step; the names of those kept. The one in use before is among them."""
        before = self.current
        self._point(name)
        others = [other for other in self.names() if other not in {name, before}]
        keep = [before] if before in self.names() and before != name else others[-1:]
        for old in self.folder.iterdir():
            if old.name not in {name, *keep} and not old.name.startswith("."):
                shutil.rmtree(old, ignore_errors=True)
        return [*keep, name]

    def back(self) -> str:
        """Put the other kept library in use again; its name. Raises CareActError when there is none."""
        others = [name for name in self.names() if name != self.current]
        if not others:
            raise CareActError(
                f"{self.folder} holds no other library to go back to. Build one with `care-act ingest build`."
            )
        self._point(others[-1])
        return others[-1]

    def _point(self, name: str) -> None:
        pointer = self.home / ".current.new"
        pointer.write_text(name, encoding="utf-8")
        pointer.replace(self.home / "current")
