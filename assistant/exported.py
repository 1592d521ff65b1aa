"""The embedding model as ONNX: the same vectors without torch. The only door to onnxruntime and tokenizers."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from assistant.ear import KINDS
from assistant.embedding import Vectors
from assistant.errors import ModelUnavailable

MODEL_FILE, TOKENIZER_FILE, RECORD_FILE = "model.onnx", "tokenizer.json", "export.json"
VECTORS, MIDDLE = "vectors", "middle"  # outputs; the second is what the ear reads
GRAPH = 2  # the outputs of today
_LARGEST_BATCH = 64
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
    graph: int = 1  # which outputs the file has


Given = dict[str, NDArray[np.int64]]  # the inputs of the model
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
        self._folder, self.threads = folder, threads
        self._loaded: tuple[Any, Any] | None = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Raises ModelUnavailable when the model cannot be loaded."""
        return self.each(texts, lambda session, given: session.run([VECTORS], given)[0])

    def each(self, texts: Sequence[str], run: Callable[[Any, Given], Vectors]) -> Vectors:
        """One row a text of what `run` makes of texts alike in length. Raises ModelUnavailable."""
        tokenizer, session = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        rows: list[Any] = [None] * len(texts)
        for group in _alike([len(encoding.ids) for encoding in encodings]):
            made = run(session, _given(session, [encodings[n] for n in group]))
            for n, row in zip(group, made, strict=True):
                rows[n] = row
        return np.asarray(rows, dtype=np.float32)

    @property
    def has_middle(self) -> bool:
        """Whether the model gives what an ear reads. Raises ModelUnavailable when it cannot be loaded."""
        return MIDDLE in {each.name for each in self._load()[1].get_outputs()}

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                try:
                    self._loaded = (
                        _tokenizer(self._folder, self.export.longest),
                        _opened(self._folder / MODEL_FILE, self.threads),
                    )
                except Exception as exc:  # both libraries raise their own kinds, some of them bare Exceptions
                    raise ModelUnavailable(
                        f"The exported model in {self._folder} cannot be loaded ({type(exc).__name__}). {_MEND}"
                    ) from exc
            return self._loaded


def _tokenizer(folder: Path, longest: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()  # texts alike in length go together, so each group is padded by itself
    return tokenizer


def _opened(file: Path, threads: int) -> Any:
    """A model file, loaded. Raises what onnxruntime raises."""
    # As it comes, onnxruntime makes an id for the machine and sends events to its makers; it reads this when it is loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Threads that spin while they wait take the processor from the other workers on the same machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


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


class ExportedEar:
    """The tuned layers of `assistant.ear`, over an exported model that has a middle."""

    def __init__(
        self, model: ExportedEmbedder, file: Path, found: Callable[[Sequence[str], Vectors], None] = lambda _t, _v: None
    ) -> None:
        """`found` is told the vectors met on the way: whoever listens to a message also looks it up.

        Raises ModelUnavailable when the file is no ear or the model has no middle.
        """
        self._model, self._found = model, found
        try:
            self._session = _opened(file, model.threads)
        except Exception as exc:  # onnxruntime raises its own kinds, some of them bare Exceptions
            raise ModelUnavailable(f"The ear in {file} cannot be loaded ({type(exc).__name__}). {_MEND}") from exc
        if not model.has_middle:
            raise ModelUnavailable(f"The exported model has no middle for the ear to read. {_MEND}")

    def scores(self, texts: Sequence[str]) -> Vectors:
        """One row a text, a column for each of `KINDS`: how much it sounds like that."""

        def both(model: Any, given: Given) -> Vectors:
            vectors, middle = model.run([VECTORS, MIDDLE], given)
            heard = self._session.run(None, {MIDDLE: middle, "attention_mask": given["attention_mask"]})[0]
            return np.hstack([vectors, heard], dtype=np.float32)

        rows = self._model.each(texts, both)
        self._found(texts, rows[:, : -len(KINDS)])
        return rows[:, -len(KINDS) :]


def _given(session: Any, encodings: Sequence[Any]) -> Given:
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = np.zeros((len(encodings), longest), dtype=np.int64)
    mask = np.zeros_like(ids)  # what is masked is not read, so any number may stand there
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return {each.name: given[each.name] for each in session.get_inputs()}
