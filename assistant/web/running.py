"""What those who run the server ask: is it up, can it answer, how much does it do."""

from __future__ import annotations

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter
from fastapi.responses import Response

from assistant import __version__
from assistant.errors import ConversationsUnavailable
from assistant.web.front import At
from assistant.web.problems import may_answer
from assistant.web.shapes import Health, Readiness

router = APIRouter(tags=["running"])


@router.get("/healthz", operation_id="healthz", response_model=Health, responses=may_answer())
def healthz() -> dict[str, str]:
    """Whether the server is up."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", operation_id="readyz", response_model=Readiness, responses=may_answer())
def readyz(at: At) -> dict[str, str]:
    """Whether the server can answer. It can without its conversations, which are then `away`."""
    try:
        at.house.conversations.said("")
        conversations = "ok"
    except ConversationsUnavailable:
        conversations = "away"
    return {"status": "ready", "library_built": at.house.reading.built, "conversations": conversations}


@router.get("/metrics", operation_id="metrics", response_class=Response, responses=may_answer())
async def metrics(at: At) -> Response:
    """Counts and times, in the text format of Prometheus."""
    waiting = current_default_thread_limiter().statistics().tasks_waiting  # known on the event loop alone
    return Response(at.metrics.text(waiting), media_type=at.metrics.media)
