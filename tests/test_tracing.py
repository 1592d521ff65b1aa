"""Spans: none unless asked for; a request with its steps inside, and nobody's words."""

from collections.abc import Iterator

import httpx
import pytest
from conftest import Built
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving import serving

from assistant import tracing
from assistant.errors import BadSetting
from assistant.web import create_app
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum Doreen Quux?"
STEPS = {"route", "understand", "retrieve", "compose", "verify", "present", "total"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What a collector would be sent."""
    exporter = InMemorySpanExporter()
    stop = tracing.start_tracing("http://127.0.0.1:4317", exporter)
    yield exporter
    stop()


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_the_steps_of_a_request_are_spans_inside_its_own(
    house: House, built: Built, spans: InMemorySpanExporter, path: str
) -> None:
    with serving(create_app(house, built.settings)) as address:
        asked = {"json": {"question": QUESTION}, "headers": {"X-Request-ID": "a-request-of-ours"}}
        httpx.post(f"{address}{path}", trust_env=False, timeout=60, **asked)
    tracing._tracer.span_processor.force_flush()
    done = {span.name: span for span in spans.get_finished_spans()}
    assert done["request"].attributes == {"request": "a-request-of-ours"}
    assert done.keys() >= STEPS
    for step in STEPS:
        assert done[step].parent.span_id == done["request"].context.span_id
    assert "Doreen" not in "".join(span.to_json() for span in done.values())


def test_a_span_of_another_library_does_not_come_between(spans: InMemorySpanExporter) -> None:
    elsewhere = TracerProvider().get_tracer("another library")
    with tracing.spanned("request") as request, elsewhere.start_as_current_span("theirs"):
        tracing.ended("route", 1.0)
    tracing._tracer.span_processor.force_flush()
    done = {span.name: span for span in spans.get_finished_spans()}
    assert done.keys() == {"request", "route"}
    assert done["route"].parent.span_id == request.context.span_id


def test_without_the_setting_nothing_is_traced() -> None:
    with tracing.spanned("request") as nothing:
        tracing.ended("route", 1.0)
    assert nothing is None


@pytest.mark.parametrize("url", ["collector:4317", "grpc://collector", "http://"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSetting, match="http://host:4317"):
        tracing.start_tracing(url)
