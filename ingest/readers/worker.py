"""The process that reads documents: for each a child of its own, with little time and memory, that may die alone.

Started by `ingest.limited`. A request is a line of JSON with a path and a name; the reply is a line with the size of
what follows and whether it is a document or a refusal. Only bytes cross, never objects: a child that a hostile file
has taken over can send no more than a wrong text.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path

from ingest.readers import read, reader_of, recognise
from ingest.readers.document import DOCUMENT, Unreadable

SECONDS, MEGABYTES = 10, 512
_LARGEST_REPLY = 96_000_000
_OK, _REFUSED = b"+", b"-"


def serve() -> None:
    """Answer requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command that started us decides when to stop
    for line in sys.stdin.buffer:
        request = json.loads(line)
        reply = _in_a_child(Path(request["path"]), request["name"])
        sys.stdout.buffer.write(b"%d\n" % len(reply) + reply)
        sys.stdout.buffer.flush()


def _in_a_child(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            reader_of(recognise(file.read(65536), name))  # loaded before the fork: children share it
    except Unreadable as exc:
        return _REFUSED + str(exc).encode()
    except OSError as exc:
        return _REFUSED + f"it cannot be opened ({exc.strerror}). Check the path and its permissions.".encode()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _read_and_leave(path, name, theirs)
    os.close(theirs)
    return _awaited(child, ours)


def _awaited(child: int, pipe: int) -> bytes:
    """What the child sent, or a refusal that says how it ended."""
    deadline, parts, size = time.monotonic() + SECONDS, list[bytes](), 0
    late = False
    with os.fdopen(pipe, "rb", buffering=0) as reply:
        while True:
            left = deadline - time.monotonic()
            late = left <= 0 or not select.select([reply], [], [], left)[0]
            if late or size > _LARGEST_REPLY:
                os.kill(child, signal.SIGKILL)
                break
            part = reply.read(1 << 20)
            if not part:
                break
            parts.append(part)
            size += len(part)
    _, status = os.waitpid(child, 0)
    if size > _LARGEST_REPLY:
        return _REFUSED + b"it holds more text than any official text. Add its parts one by one."
    if late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return (
            _REFUSED + f"it took more than {SECONDS} seconds to read. Split it, or save it in another format.".encode()
        )
    if os.WIFSIGNALED(status) or os.WEXITSTATUS(status) or not parts:
        return _REFUSED + b"reading it broke the reader. It is damaged, or made to do harm."
    return b"".join(parts)


def _read_and_leave(path: Path, name: str, pipe: int) -> None:
    """In the child: read within the limits, send the reply, and leave without the parent's clean-up."""
    code = 1
    try:
        _limit()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        _send(pipe, _reply(path, name))
        code = 0
    finally:
        os._exit(code)


def _reply(path: Path, name: str) -> bytes:
    try:
        return _OK + DOCUMENT.dump_json(read(path.read_bytes(), name))
    except Unreadable as exc:
        return _REFUSED + str(exc).encode("utf-8", "replace")
    except (MemoryError, RecursionError) as exc:
        what = f"more than {MEGABYTES} MB of memory" if isinstance(exc, MemoryError) else "endless nesting"
        return _REFUSED + f"reading it needs {what}. Split it, or save it in another format.".encode()
    except Exception as exc:  # whatever a hostile file makes a vendor's parser raise is a refusal, never a crash
        return (
            _REFUSED + f"the reader gave up ({type(exc).__name__}). It is damaged: save it again, or as PDF.".encode()
        )


def _limit() -> None:
    memory = MEGABYTES << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _send(pipe: int, reply: bytes) -> None:
    view = memoryview(reply)
    while view:
        view = view[os.write(pipe, view[: 1 << 20]) :]


if __name__ == "__main__":
    serve()
