"""Chroma, embedded in the library's folder or on a server that several processes share. The only door to chromadb."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BadSetting, CareActError

log = logging.getLogger("care_act")

CARDS_COLLECTION, PASSAGES_COLLECTION = "care-act-cards", "care-act-passages"
PATIENCE = 2.0  # seconds a server has to answer; the words alone answer after that
REST = 10.0  # seconds before Chroma is asked again after it failed, so that not every answer waits for it
_T = TypeVar("_T")


def open_chroma(folder: Path) -> Any:
    """Chroma kept in a folder, telemetry off, never embedding by itself."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))


def connect_chroma(url: str) -> Any:
    """Chroma on a server. Raises BadSetting for an address that is none, and one of `chroma_errors` when it is away."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting("The setting CARE_ACT_CHROMA_URL cannot be used. Write it as http://host:port, or unset it.")
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    https = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if https else 8000),
        ssl=https,
        settings=ChromaSettings(anonymized_telemetry=False),
    )


def close_chroma(client: Any) -> None:
    """Let go of a client's files and connections."""
    # Not the session of a server's client: Chroma shares one between all clients of an address.
    with suppress(*chroma_errors()):
        client.close()


def disk_errors() -> tuple[type[Exception], ...]:
    """What is raised, by Chroma too, when a disk is full or may not be written to."""
    from chromadb.errors import ChromaError

    return (OSError, ChromaError)


def chroma_errors() -> tuple[type[Exception], ...]:
    """What Chroma raises when its files cannot be read or its server cannot be reached."""
    import httpx

    # AttributeError: Chroma trips over its own clean-up when the file is no database.
    return (*disk_errors(), ValueError, KeyError, AttributeError, httpx.HTTPError)


def shared_name(library: str) -> str:
    """The collection of a library's passages on a server: each library has its own, so that old and new can be asked."""
    return f"{PASSAGES_COLLECTION}-{library}"


def shared_passages(url: str, library: str) -> int:
    """How many passages of a library a server holds. Raises CareActError when it cannot be asked or knows no such library."""

    def ask() -> int:
        client = connect_chroma(url)
        try:
            return int(client.get_collection(shared_name(library), embedding_function=None).count())
        finally:
            close_chroma(client)

    try:
        return within(PATIENCE, ask)
    except chroma_errors() as exc:
        raise CareActError(
            f"The Chroma server of CARE_ACT_CHROMA_URL cannot be asked for this library ({type(exc).__name__}); passages are "
            "found by words alone. Start it, check the address, or fill it with `care-act ingest build`."
        ) from exc


class NearestPassages:
    """Finds passages by vector. When Chroma is away or slow it finds none, says so in the log, and rests a while."""

    def __init__(self, folder: Path, library: str, url: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """`folder` is the embedded store; `url` a server to ask instead, where `library` names the collection."""
        self._folder, self._library, self._url, self._clock = folder, library, url, clock
        self._client: Any = None
        self._collection: Any = None
        self._opening = threading.Lock()  # Chroma's clients share a registry that two threads must not fill at once
        self._rests_until = 0.0

    def nearest(self, query: Sequence[float] | NDArray[np.float32], count: int) -> dict[str, float]:
        """Ids of the nearest passages with their cosines."""
        if self._clock() < self._rests_until:
            return {}
        vector = [list(map(float, query))]

        def ask() -> Any:
            return self._opened().query(query_embeddings=vector, n_results=count, include=["distances"])

        try:
            found = within(PATIENCE, ask) if self._url else ask()
        except chroma_errors() as exc:
            self._rests_until = self._clock() + REST
            self.close()  # connect anew next time: the server may have been started again
            log.warning("Chroma cannot be asked (%s); passages are found by words alone", type(exc).__name__)
            return {}
        # Chroma returns a distance: smaller is nearer, and 1 - distance is the cosine.
        return {
            key: 1.0 - float(distance) for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        }

    def _opened(self) -> Any:
        collection = self._collection
        if collection is None:
            with self._opening:
                self._client = connect_chroma(self._url) if self._url else open_chroma(self._folder)
                name = shared_name(self._library) if self._url else PASSAGES_COLLECTION
                collection = self._collection = self._client.get_collection(name, embedding_function=None)
        return collection

    def close(self) -> None:
        """Let go of the connection; the next question opens it again."""
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            close_chroma(client)


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """What `work` gives, or TimeoutError. Chroma's client waits for ever by itself; the thread that does so is let go."""
    given: list[_T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            given.append(work())
        except Exception as exc:  # brought to the caller's thread
            raised.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise TimeoutError(f"no answer within {seconds} s")
    return given[0]
