"""What has been fetched or added: the documents as they came, each with the record of where it is from, and when.

A document lies under its checksum, and its record names the one in use. The record is replaced in one step, after the
document is on the disk: a crash leaves the old one or the new one. The one before is kept, to tell what changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from assistant.domain import Authority, Source
from assistant.errors import BadSource, CareActError
from ingest.limited import Limited
from ingest.readers.document import DOCUMENT, Document

READ_AS = 1  # raise it when a reader's result changes: documents are then read anew
_KEY = re.compile(r"^[a-z0-9][a-z0-9.-]{0,79}$")
_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Copy:
    """One version of a document, as it came."""

    file: str
    sha256: str
    size: int
    fetched: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What a maintainer said of a document of their own."""

    title: str
    authority: Authority
    publisher: str
    area: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A document held. `source` is its name in sources.toml, or its own when it was added."""

    key: str
    source: str
    url: str
    format: str
    title: str
    copy: Copy
    before: Copy | None = None
    added: Added | None = None
    refused: str = ""

    def as_source(self, anchors: dict[str, str], headings: dict[str, str], as_of: str) -> Source:
        """An added document as a source of its own."""
        assert self.added is not None
        area = f" ({self.added.area})" if self.added.area and self.added.area not in self.added.title else ""
        return Source(
            id=self.source,
            title=self.added.title + area,
            publisher=self.added.publisher,
            authority=self.added.authority,
            page=self.url,
            licence="held for this library alone",
            as_of=as_of or self.copy.fetched[:10],
            addresses={"p": f"{self.url}#page={{n}}"} if self.url and self.format == "pdf" else {},
            chapters=headings,
            anchors=anchors,
            own=True,
        )


_RECORDS: TypeAdapter[Holding] = TypeAdapter(Holding)


class Holdings:
    """The folder of documents held. Written by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the lock of the one writer. Raises CareActError when another process has it, or the disk refuses."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "writer.lock", timeout=0):
                for left_over in self.folder.glob("*/.new-*"):  # of a process that was killed: we hold the lock
                    left_over.unlink(missing_ok=True)
                yield
        except Timeout:
            raise CareActError(
                f"Another command is writing to {self.folder}. Wait until it has ended, then run this again."
            ) from None
        except OSError as exc:
            raise CareActError(
                f"{self.folder} cannot be written to ({exc.strerror}). Free some space or mend its permissions, and run "
                "this again. What was held before is as it was."
            ) from exc

    def all(self) -> list[Holding]:
        """Every document held, by key. Raises BadSource for a record that cannot be read."""
        return [self._record(path) for path in sorted(self.folder.glob(f"*/{_RECORD}"))]

    def get(self, key: str) -> Holding | None:
        """One document, or None."""
        path = self.folder / key / _RECORD
        return self._record(path) if _KEY.match(key) and path.is_file() else None

    def path(self, holding: Holding, copy: Copy | None = None) -> Path:
        """Where the document lies."""
        return self.folder / holding.key / (copy or holding.copy).file

    def keep(self, holding: Holding, raw: bytes, suffix: str) -> Holding:
        """Keep a new version. The one before stays beside it. Call within `writing()`."""
        if not _KEY.match(holding.key):
            raise BadSource(f"'{holding.key}' cannot be a name: use small letters, figures and hyphens.")
        digest = hashlib.sha256(raw).hexdigest()
        file = f"{digest[:16]}{suffix}"
        held = self.get(holding.key)
        before = held.copy if held is not None and held.copy.sha256 != digest else held.before if held else None
        copy = replace(holding.copy, file=file, sha256=digest, size=len(raw), fetched=_now())
        made = replace(holding, copy=copy, before=before)
        folder = self.folder / holding.key
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / file, raw)
        _write(folder / _RECORD, _RECORDS.dump_json(made, indent=1))
        kept = {_RECORD, file, before.file if before else ""}
        for old in folder.iterdir():
            if old.name.removesuffix(f".read{READ_AS}") not in kept and not old.name.startswith("."):
                old.unlink(missing_ok=True)
        return made

    def note(self, holding: Holding) -> None:
        """Replace a record alone: the same document, looked at again."""
        _write(self.folder / holding.key / _RECORD, _RECORDS.dump_json(holding, indent=1))

    def remove(self, key: str) -> bool:
        """Take a document away; whether there was one. The record goes first: half a removal is no document."""
        folder = self.folder / key
        if not _KEY.match(key) or not (folder / _RECORD).is_file():
            return False
        (folder / _RECORD).unlink()
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def document(self, holding: Holding, limited: Limited, copy: Copy | None = None) -> Document:
        """The document read, or as it was read before. Raises BadSource when it is damaged or cannot be read."""
        path = self.path(holding, copy)
        raw = self._checked(path, (copy or holding.copy).sha256)
        remembered = path.with_name(f"{path.name}.read{READ_AS}")
        try:
            return DOCUMENT.validate_json(remembered.read_bytes())
        except (OSError, ValidationError):
            del raw
        document = limited.read(path, f"{holding.key}{path.suffix}")
        try:
            _write(remembered, DOCUMENT.dump_json(document))
        except OSError:  # remembering saves time and is nothing to fail for
            with suppress(OSError):
                remembered.unlink(missing_ok=True)
        return document

    @staticmethod
    def _checked(path: Path, sha256: str) -> bytes:
        try:
            raw = path.read_bytes()
        except OSError as exc:
            raise BadSource(f"{path} is gone ({exc.strerror}). Fetch or add the document again.") from exc
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise BadSource(f"{path} is not as it was fetched: its checksum differs. Fetch or add the document again.")
        return raw

    @staticmethod
    def _record(path: Path) -> Holding:
        try:
            return _RECORDS.validate_json(path.read_bytes())
        except (OSError, ValidationError) as exc:
            raise BadSource(
                f"{path} cannot be read ({type(exc).__name__}). Remove its folder, and fetch or add again."
            ) from exc


def _write(path: Path, raw: bytes) -> None:
    """The whole file or nothing, even when the power goes."""
    new = path.with_name(f".new-{path.name}")
    try:
        with new.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
