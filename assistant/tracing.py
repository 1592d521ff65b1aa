"""OpenTelemetry, off unless CARE_ACT_TRACES_URL is set: a span a request and a span a step. The only door to its SDK.

Spans carry names and numbers of ours, as log lines do, and nothing a person wrote.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import BadSetting

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

_tracer: Any = None
_inside: ContextVar[Any] = ContextVar("inside", default=None)  # the span of the request under way


@contextmanager
def spanned(name: str, **told: str) -> Iterator[Any]:
    """A span around a block, such as a request; nothing at all when tracing is off."""
    if _tracer is None:
        yield None
        return
    # An error's text may quote a message: it is recorded nowhere.
    with _tracer.start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    ) as span:
        before = _inside.set(span)
        try:
            yield span
        finally:
            _inside.reset(before)


def ended(name: str, milliseconds: float) -> None:
    """A span for something that has just ended, inside the request it was part of.

    Made afterwards, because a step that is streamed goes on in another thread than it began in.
    """
    if _tracer is not None:
        from opentelemetry.trace import set_span_in_context

        now, span = time.time_ns(), _inside.get()
        # Another library's span may lie between, and go nowhere: ours hangs on ours.
        context = set_span_in_context(span) if span is not None else None
        _tracer.start_span(name, context, start_time=now - int(milliseconds * 1e6)).end(now)


def start_tracing(url: str, exporter: SpanExporter | None = None) -> Callable[[], None]:
    """Send spans to a collector (OTLP over gRPC); gives what ends it and sends the last ones. Raises BadSetting."""
    global _tracer
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting("The setting CARE_ACT_TRACES_URL cannot be used. Write it as http://host:4317, or unset it.")
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as exc:
        raise BadSetting("CARE_ACT_TRACES_URL is set and needs `pip install care-act-assistant[traces]`.") from exc
    sending = exporter or OTLPSpanExporter(endpoint=url, insecure=parts.scheme == "http", timeout=5)
    provider = TracerProvider(resource=Resource.create({"service.name": "care-act"}))
    provider.add_span_processor(BatchSpanProcessor(sending))
    _tracer = provider.get_tracer("care_act")  # our own, not the process-wide one: other libraries' spans stay here

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop
