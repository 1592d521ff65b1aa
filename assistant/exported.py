"""The embedding model as ONNX: the same vectors without torch. The only door to onnxruntime and tokenizers."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from assistant.embedding import Vectors
from assistant.errors import ModelUnavailable

MODEL_FILE, TOKENIZER_FILE, RECORD_FILE = "model.onnx", "tokenizer.json", "export.json"
_LARGEST_BATCH = 64
_RECENT = 64  # texts whose vectors are kept
_ALIKE, _SLACK = 1.25, 8  # texts go through the model together while the longest has at most 1.25 × the tokens + 8
_MEND = "Build again (`care-act ingest build`)."


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of an exported model. `cosine` is the least one to the original's vectors, over `texts` texts."""

    model: str
    longest: int  # tokens; what comes after them is not read
    cosine: float
    texts: int
    sha256: dict[str, str]  # file → checksum


RECORD: TypeAdapter[Export] = TypeAdapter(Export)


def read_export(folder: Path) -> Export:
    """The record of the exported model in a folder. Raises ModelUnavailable unless its files are the ones written."""
    try:
        export = RECORD.validate_json((folder / RECORD_FILE).read_bytes())
        damaged = [name for name, sha256 in export.sha256.items() if file_sha256(folder / name) != sha256]
    except (OSError, ValidationError) as exc:
        raise ModelUnavailable(
            f"The exported model in {folder} cannot be read ({type(exc).__name__}). {_MEND}"
        ) from exc
    if damaged or not {MODEL_FILE, TOKENIZER_FILE} <= set(export.sha256):
        raise ModelUnavailable(f"The exported model in {folder} is damaged ({', '.join(damaged)}). {_MEND}")
    return export


def file_sha256(path: Path) -> str:
    """The checksum of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ExportedEmbedder:
    """An exported model, loaded when first used. Any number of threads may embed at once."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Raises ModelUnavailable when the folder does not hold a whole exported model."""
        self.export = read_export(folder)
        self.name = self.export.model
        self._folder, self._threads = folder, threads
        self._loaded: tuple[Any, Any] | None = None
        self._loading, self._recent = threading.Lock(), _Recent()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Raises ModelUnavailable when the model cannot be loaded."""
        if len(texts) > _RECENT:
            return self._embed(texts)
        rows = [self._recent.get(text) for text in texts]
        if unknown := [text for text, row in zip(texts, rows, strict=True) if row is None]:
            fresh = iter(self._embed(unknown))
            rows = [next(fresh) if row is None else row for row in rows]
            for text, row in zip(texts, rows, strict=True):
                self._recent.put(text, row)
        return np.asarray(rows, dtype=np.float32)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, session = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        vectors: list[Any] = [None] * len(texts)
        for group in _alike([len(encoding.ids) for encoding in encodings]):
            rows = _run(session, [encodings[n] for n in group])
            for n, row in zip(group, rows, strict=True):
                vectors[n] = row
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                try:
                    self._loaded = _tokenizer(self._folder, self.export.longest), _session(self._folder, self._threads)
                except Exception as exc:  # both libraries raise their own kinds, some of them bare Exceptions
                    raise ModelUnavailable(
                        f"The exported model in {self._folder} cannot be loaded ({type(exc).__name__}). {_MEND}"
                    ) from exc
            return self._loaded


class _Recent:
    """The vectors of the last few texts: one message is listened to first and searched with next. No text is held."""

    def __init__(self) -> None:
        self._vectors, self._lock = dict[bytes, Any](), threading.Lock()
        self._key = secrets.token_bytes(16)

    def get(self, text: str) -> Any:
        with self._lock:
            return self._vectors.get(self._name(text))

    def put(self, text: str, vector: Any) -> None:
        with self._lock:
            self._vectors[self._name(text)] = vector
            while len(self._vectors) > _RECENT:
                del self._vectors[next(iter(self._vectors))]

    def _name(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16, key=self._key).digest()


def _tokenizer(folder: Path, longest: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()  # texts alike in length go together, so each group is padded by itself
    return tokenizer


def _session(folder: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Threads that spin while they wait take the processor from the other workers on the same machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"])


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions in groups of like length: padding is work, and short texts beside a long one would mostly be that."""
    group: list[int] = []
    for n in sorted(range(len(lengths)), key=lambda n: lengths[n]):
        if group and (len(group) == _LARGEST_BATCH or lengths[n] > _ALIKE * lengths[group[0]] + _SLACK):
            yield group
            group = []
        group.append(n)
    if group:
        yield group


def _run(session: Any, encodings: Sequence[Any]) -> Vectors:
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = np.zeros((len(encodings), longest), dtype=np.int64)
    mask = np.zeros_like(ids)  # what is masked is not read, so any number may stand there
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted = {each.name: given[each.name] for each in session.get_inputs()}
    return np.asarray(session.run(None, wanted)[0], dtype=np.float32)
