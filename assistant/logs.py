"""Logs: one line a happening, as JSON for a platform or plain for a terminal, with the id of the request. The only door to structlog.

No line holds what a person wrote. Our own modules log ids, names of ours, numbers and kinds of errors. What other
libraries say may quote a message or a token, so of theirs only who spoke, and where, is shown.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO

import structlog

from assistant.errors import where_it_broke

OURS = "care_act"
_Line = MutableMapping[str, Any]


@contextmanager
def request(name: str) -> Iterator[None]:
    """What is logged inside, in this task and the threads it starts through asyncio or anyio, carries this request's name."""
    with structlog.contextvars.bound_contextvars(request=name):
        yield


def start_logging(level: str = "info", as_json: bool = True) -> None:
    """Send every log of this process, warnings and what threads die of included, to standard error."""
    root = logging.getLogger()
    root.handlers[:] = [writing(sys.stderr, as_json)]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level.upper())
    logging.captureWarnings(True)
    sys.excepthook = _died
    threading.excepthook = _thread_died


def writing(to: TextIO, as_json: bool = True) -> logging.Handler:
    """A handler that writes lines to a stream."""
    handler: logging.Handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                _without_their_words,
                _without_traces,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False),
            ],
        )
    )
    return handler


def _without_their_words(_: Any, __: str, line: _Line) -> _Line:
    record: logging.LogRecord = line["_record"]
    if record.name != OURS and not record.name.startswith(f"{OURS}."):
        extra = set(line) - {
            "event",
            "level",
            "logger",
            "timestamp",
            "request",
            "exc_info",
            "_record",
            "_from_structlog",
        }
        for name in extra:
            del line[name]
        line["event"] = "another library reports something"
        line["where"] = f"{record.filename}:{record.lineno} {record.funcName}"
    return line


def _without_traces(_: Any, __: str, line: _Line) -> _Line:
    """In place of a trace, whose last line quotes the error: the kind of error and the lines it came through."""
    line.pop("stack_info", None)
    broken = line.pop("exc_info", None)
    if isinstance(broken, tuple) and broken[1] is not None:
        line["error"] = where_it_broke(broken[1])
    return line


def _died(kind: type[BaseException], exc: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, exc, trace)
        return
    logging.getLogger(OURS).critical("this process ends", exc_info=(kind, exc, trace))


def _thread_died(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        logging.getLogger(OURS).error("a thread ended early", exc_info=args.exc_value)
