"""The web front on a real port of this machine, in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from assistant.web.server import configured


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address an application answers at, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configured(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"  # connections wait in line until the server takes them
        finally:
            server.should_exit = True
            thread.join(timeout=20)
