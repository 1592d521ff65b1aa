"""The tuned half of the second ear: upper layers of the embedding model that were taught to hear danger and abuse.

They read what the model's lower layers make of a message, which is worked out for its vector anyway. Made by
`care-act ingest tune` (`ingest/tuning.py`) and kept in the corpus as `ear.onnx`, with `ear.toml` to say from what.
"""

from __future__ import annotations

import hashlib
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Status
from assistant.errors import BadCorpus

FILE, RECORD_FILE = "ear.onnx", "ear.toml"
KINDS = (Status.ANSWERED, Status.DANGER, Status.SAFEGUARDING)  # in the order of its scores
LAYERS_BELOW = 3  # layers of the model that are not tuned
_MEND = "Restore it, or make it anew: `care-act ingest tune`."


@dataclass(frozen=True, slots=True)
class EarFile:
    """An ear, and from what it was made: the model, and checksums of its own file and of the messages."""

    path: Path
    model: str
    sha256: str
    messages: str


def is_taught(phrasing: str) -> bool:
    """Whether an ordinary phrasing was among those the ear was taught; bounds are set on the others."""
    return zlib.crc32(phrasing.encode()) % 2 == 0


def read_ear(corpus: Path) -> EarFile | None:
    """The ear of a corpus; None when it has none. Raises BadCorpus when it cannot be read or is not the one recorded."""
    record, path = corpus / RECORD_FILE, corpus / FILE
    if not record.is_file():
        return None
    try:
        raw = tomllib.loads(record.read_text(encoding="utf-8"))
        ear = EarFile(path, str(raw["model"]), str(raw["sha256"]), str(raw["messages"]))
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError) as exc:
        raise BadCorpus(f"{record}: the ear cannot be read ({exc}). {_MEND}") from exc
    if found != ear.sha256:
        raise BadCorpus(f"{path}: not the ear that {RECORD_FILE} tells of. {_MEND}")
    return ear
