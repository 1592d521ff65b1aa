"""What was learned at build time about telling cards apart. Small matrices, read and written with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from assistant.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Learned:
    """A small classifier over the model's vectors: a map for the question, a prototype and a shift for each card."""

    mapping: Vectors  # dimensions by dimensions
    prototypes: Vectors  # cards by dimensions
    shift: Vectors  # one a card

    def scores(self, query: Vectors) -> Vectors:
        """How much a question's vector speaks for each card."""
        mapped = query @ self.mapping
        return np.asarray(self.prototypes @ (mapped / (np.linalg.norm(mapped) + 1e-9)) + self.shift, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write to one `.npz` file."""
        np.savez(path, mapping=self.mapping, prototypes=self.prototypes, shift=self.shift)

    @classmethod
    def load(cls, path: Path) -> Learned:
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when the file is not that."""
        try:
            with path.open("rb") as file, np.load(file) as held:  # numpy leaves a file open that is not whole
                return cls(held["mapping"], held["prototypes"], held["shift"])
        except BadZipFile as exc:
            raise ValueError(f"{path.name} is cut short") from exc
