"""Vectors of texts met a moment ago are not made again. Half a question's texts come twice within one answer."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from assistant.embedding import Embedder, Vectors

MOST = 4_000  # vectors held, about 6 MB of them


class Recalling:
    """An embedder that remembers its last vectors by a digest of the text, in memory only. Safe to share by threads."""

    def __init__(self, embedder: Embedder, most: int = MOST) -> None:
        self.name = embedder.name
        self._embedder, self._most = embedder, most
        self._held: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, as the embedder within gives it."""
        keys = list(map(_key, texts))
        with self._lock:
            known = {key: self._held[key] for key in keys if key in self._held}
            for key in known:
                self._held.move_to_end(key)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing or not keys:
            made = self._embedder.embed(list(missing.values()))
            if not keys:
                return made
            known.update(zip(missing, made, strict=True))
            self._keep(dict(zip(missing, made, strict=True)))
        return np.stack([known[key] for key in keys])

    def remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Hold vectors of the embedder that were made on the way to something else."""
        self._keep(dict(zip(map(_key, texts), vectors, strict=True)))

    def _keep(self, rows: Mapping[bytes, Vectors]) -> None:
        with self._lock:
            self._held.update((key, row.copy()) for key, row in rows.items())  # a row of its own keeps no batch alive
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
