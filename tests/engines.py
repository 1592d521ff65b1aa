"""The real engines several processes share, each started by a test on loopback and ended with it: Chroma, PostgreSQL, Redis."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

# Chroma's client of a server never closes its connections; when the collector does, Python warns. `connections_let_go`
# (conftest.py) collects them after the test, so that they tell of themselves in no other.
LEFT_OPEN = [
    pytest.mark.usefixtures("connections_let_go"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PATIENCE = 600  # seconds an engine has to come up on a busy machine


def free_port() -> int:
    """A port of this machine nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def needed(package: str, *names: str) -> list[str]:
    """Programs of a Debian package. Where it is not installed the test is skipped, and fails where CI asks for all."""
    # Debian keeps PostgreSQL's programs off the PATH.
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)])
    found = [shutil.which(name, path=path) for name in names]
    if None in found:
        told = f"{names[found.index(None)]} is not installed (apt-get install {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{told}, and CI=true asks for it")
        pytest.skip(told)
    return [str(name) for name in found]


def reached(port: int) -> bool:
    """Whether somebody takes connections on a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@dataclass
class Process:
    """An engine that is one program on a port; it can be ended and started again, over the same files."""

    command: Sequence[str | Path]
    port: int
    _running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._running = subprocess.Popen(
            [*map(str, self.command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(PATIENCE * 10):
            if reached(self.port):
                return
            if self._running.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{self.command[0]} did not come up")

    def kill(self) -> None:
        """`kill -9`."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def pause(self, signal_number: int) -> None:
        """Send SIGSTOP or SIGCONT: it keeps its connections and says nothing."""
        assert self._running is not None
        self._running.send_signal(signal_number)


@contextmanager
def chroma(folder: Path) -> Iterator[Process]:
    """A Chroma server over a folder."""
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    server = Process([program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)], port)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def redis(folder: Path) -> Iterator[Process]:
    """A Redis that keeps nothing on disk."""
    (program,) = needed("redis-server", "redis-server")
    port = free_port()
    server = Process(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder], port
    )
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL on a socket of its own."""

    pg_ctl: str
    folder: str
    user: dict[str, Any]

    @property
    def url(self) -> str:
        """Its address for SQLAlchemy."""
        return f"postgresql://care@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = f"-c listen_addresses='' -k {self.folder}"
        self._run("-w", "-t", str(PATIENCE), "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        self._run("-m", "immediate", "stop")

    def kill(self) -> None:
        """`kill -9` of the first of its processes; the others end by themselves."""
        first, *others = self._processes()
        os.kill(first, signal.SIGKILL)
        for _ in range(PATIENCE * 10):
            if not any(Path(f"/proc/{pid}").exists() for pid in (first, *others)):
                return
            time.sleep(0.1)
        raise AssertionError("PostgreSQL does not end")

    @contextmanager
    def with_a_full_disk(self) -> Iterator[None]:
        """None of its processes can make a file longer, as when there is no room left."""
        self._longest_file("0")
        yield
        self._longest_file("unlimited")

    def _longest_file(self, size: str) -> None:
        for pid in self._processes():
            # By its own user: where a container takes powers away, not even root may do this to another's process.
            subprocess.run(["prlimit", "--pid", str(pid), f"--fsize={size}:"], check=False, **self.user)

    def _processes(self) -> list[int]:
        """The first of its processes, and those it started."""
        with suppress(OSError):
            return self._all_from(int(Path(self.folder, "data", "postmaster.pid").read_text("ascii").split()[0]))
        return []  # it has given up by itself

    @staticmethod
    def _all_from(first: int) -> list[int]:
        parents = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it ended meanwhile
                parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        return [first, *(pid for pid, parent in parents.items() if parent == first)]

    def _run(self, *words: str) -> None:
        command = [self.pg_ctl, "-D", f"{self.folder}/data", *words]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self.user
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A new PostgreSQL with an empty database."""
    initdb, pg_ctl = needed("postgresql", "initdb", "pg_ctl")
    nobody = pwd.getpwnam("nobody")
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.geteuid() == 0 else {}  # it refuses to run as root
    with TemporaryDirectory(prefix="pg") as folder:  # a short path: a socket's name may not be long
        if user:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        command = [initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "care", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **user)
        server = Postgres(pg_ctl, folder, user)
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have stopped it
                server.stop()
