"""Reads documents in a process of their own: at most 10 seconds and 512 MB each, then a clear refusal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from assistant.errors import BadSource
from ingest.readers.document import DOCUMENT, Document

LARGEST = 64_000_000  # bytes of a file


class Limited:
    """A reading process. Use it with `with`; it starts with the first document, and again when it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Limited:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def read(self, path: Path, name: str = "") -> Document:
        """The document in a file. Raises BadSource that names the file and says what to do."""
        name = name or path.name
        try:
            size = path.stat().st_size
        except OSError as exc:
            raise BadSource(f"{path} cannot be opened ({exc.strerror}). Check the path and its permissions.") from exc
        if not path.is_file():
            raise BadSource(f"{path} is not a file. Give the path of one document.")
        if size > LARGEST:
            raise BadSource(f"{name} is {size // 1_000_000} MB; at most {LARGEST // 1_000_000} are read. Split it.")
        reply = self._ask(path, name)
        if reply[:1] != b"+":
            raise BadSource(f"{name} was not read: {reply[1:].decode('utf-8', 'replace')}")
        try:
            return DOCUMENT.validate_json(reply[1:])
        except ValidationError as exc:
            raise BadSource(
                f"{name} was not read: the reader sent no document. It is damaged, or made to do harm."
            ) from exc

    def _ask(self, path: Path, name: str) -> bytes:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({"path": str(path.resolve()), "name": name}).encode() + b"\n")
            process.stdin.flush()
            size = int(process.stdout.readline() or b"-1")
            reply = process.stdout.read(size) if size >= 0 else b""
        except (OSError, ValueError):
            reply = b""
        if not reply:
            self.close()
            return b"-the reading process ended. Try again; if it happens again, the file is damaged."
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.readers.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        return self._process
