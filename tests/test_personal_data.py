"""Five hundred messages with planted personal details, through every door: none is in a log, the database, the metrics or a trace."""

import logging
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import Built
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving import serving

from assistant import tracing
from assistant.testing import HashEmbedder
from assistant.web import create_app
from assistant.wiring import House, build_house

COUNT = 500
FIRST = ["Doreen", "Agnes", "Winston", "Priya", "Olufemi", "Siobhan", "Mohammed", "Bronwen"]
ASKED = [
    "Can {name} get a carer's assessment? Ring me on {phone}",
    "my mum {name} dob {born} lives at {street} who pays",
    "NI {insurance}, {mail}: can i get a break from looking after my husband {name}",
    "the council wrote to {name} at {post} and cut her direct payment, {mail}",
    "{name} has {phone} written on her hand, how do i fix a carburettor",
    "my dad {name} wont wake up, {phone}",
    "<b>{name}</b> says {mail} is hers. and who pays?",
]


def planted(count: int) -> Iterator[tuple[str, list[str]]]:
    """Messages, each with the details that stand in it: every one a detail of nobody, and of that message alone."""
    chance = random.Random(2014)
    for n in range(count):
        surname = "".join(chance.choice("aeioubdfgklmnprstvz") for _ in range(9)).capitalize()
        details = {
            "name": f"{chance.choice(FIRST)} {surname}",
            "phone": f"07700 900{n:03d}",  # Ofcom's numbers for drama
            "born": f"{1 + n % 28:02d}/{1 + n % 12:02d}/19{30 + n % 40}",
            "street": f"{n + 1} {surname} Street",
            "insurance": f"QQ{n:06d}C",
            "mail": f"{surname.lower()}@example.org",
            "post": f"ZE{n % 9 + 1} {n % 9}ZQ",
        }
        message = ASKED[n % len(ASKED)].format(**details)
        marks = [surname, details["phone"], details["insurance"], details["mail"]]
        yield message, [mark for mark in marks if mark in message]


@pytest.fixture
def private(built: Built, tmp_path: Path) -> Iterator[House]:
    """The house over the small library, with a database of its own."""
    settings = built.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/kept/conversations.db"})
    opened = build_house(settings, HashEmbedder())
    yield opened
    opened.conversations.close()
    opened.keys.close()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What a collector would be sent: our own spans, and those of libraries that trace by themselves."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    stop = tracing.start_tracing("http://127.0.0.1:4317", exporter)
    yield exporter
    stop()


def test_none_of_it_is_in_a_log_the_database_the_metrics_or_a_trace(
    private: House,
    built: Built,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    spans: InMemorySpanExporter,
) -> None:
    app = create_app(
        private, built.settings.model_copy(update={"rate": "100000/minute", "staff_rate": "100000/minute"})
    )
    bearer = {"Authorization": f"Bearer {private.keys.make('tools')[1]}"}
    marks: list[str] = []
    with (
        caplog.at_level(logging.DEBUG),
        serving(app) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        logging.getLogger("httpx").setLevel(logging.WARNING)  # the client of this test, not the product
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        conversation = client.post("/api/conversation").json()["conversation"]
        for n, (message, details) in enumerate(planted(COUNT)):
            marks += details
            _send(client, n, message, conversation, bearer)
        measured = client.get("/metrics").text
    private.conversations.close()  # folds SQLite's log into its file
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records) + "".join(
        capfd.readouterr()
    )
    stored = b"".join(path.read_bytes() for path in (tmp_path / "kept").iterdir()).decode("latin-1")
    tracing._tracer.span_processor.force_flush()
    traced = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "care_act_answers_total" in measured
    assert "/api/ask" in logged
    assert "tools/call" in traced
    assert '"name": "request"' in traced
    assert len(stored) > 1000
    for where, text in (("log", logged), ("database", stored), ("metrics", measured), ("trace", traced)):
        assert [mark for mark in marks if mark in text] == [], where


def _send(client: httpx.Client, n: int, message: str, conversation: str, bearer: dict[str, str]) -> None:
    """The nth message through one of the doors in turn."""
    match n % 6:
        case 0:
            sent = client.post("/api/ask", json={"question": message, "conversation": conversation}, timeout=60)
        case 1:
            sent = client.post("/api/ask/stream", json={"question": message, "register": "staff"}, timeout=60)
        case 2:
            sent = client.post("/", data={"question": message}, timeout=60)
        case 3:
            body = {"messages": [{"role": "user", "content": message}], "model": "care-act"}
            sent = client.post("/v1/chat/completions", json=body, headers=bearer, timeout=60)
        case 4:
            call = {"name": "ask", "arguments": {"question": message}}
            body = {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": call}
            accept = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
            sent = client.post("/mcp", json=body, headers={**bearer, **accept}, timeout=60)
        case _:
            sent = client.post("/api/ask", json={"question": 7, "turns": [message], message: message}, timeout=60)
            assert sent.status_code == 422
            return
    assert sent.status_code == 200, sent.text[:300]
