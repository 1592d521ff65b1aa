"""What maintainers see (`care-act serve --admin`, staff key): what was not answered, what people thought, how current it all is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from assistant.conversations import Conversations
from assistant.web.front import At, Staff
from assistant.web.problems import Refused, may_answer
from assistant.web.shapes import Case, Overview, Token
from assistant.wiring import House

NO_SUBJECT = "Subject not known"
router = APIRouter(prefix="/api/admin", tags=["maintainers"])


@router.get("/overview", operation_id="overview", response_model=Overview, responses=may_answer(401, 422))
def overview(at: At, _: Staff, most: Annotated[int, Query(ge=1, le=2000)] = 500) -> dict[str, Any]:
    """Unanswered subjects by day, feedback, and the dates of the library and its sources. Nothing in it names a person."""
    return overview_of(at.house, most)


@router.post("/case/{answer}", operation_id="makeCase", response_model=Case, responses=may_answer(401, 404, 422))
def make_case(answer: Token, at: At, _: Staff) -> dict[str, Any]:
    """Make an evaluation case of a question that somebody agreed to leave with their feedback.

    The maintainer adds where the answer stands in the law and what it must say; until then the case only watches.
    """
    case = case_of(at.house.conversations, answer)
    return {"case": case, "line": json.dumps(case, ensure_ascii=False)}


def overview_of(house: House, most: int) -> dict[str, Any]:
    """Everything a maintainer sees, as data. Raises ConversationsUnavailable."""
    topics = house.reference.topics
    return {
        "library_built": house.reading.built,
        "sources": house.reading.shelves(),
        "unanswered": [
            {**asdict(row), "title": topics.get(row.subject, NO_SUBJECT)}
            for row in house.conversations.unanswered_counts(most)
        ],
        "feedback": [asdict(opinion) for opinion in house.conversations.opinions(most)],
    }


def case_of(conversations: Conversations, answer: str) -> dict[str, Any]:
    """The case a left question makes. Raises Refused when none was left, and ConversationsUnavailable."""
    left = conversations.opinion(answer)
    if left is None or not left.question:
        raise Refused(404, "No question was left", "Only a question whose asker agreed to leave it can become a case.")
    return {
        "id": f"left-{answer[:12]}",
        "question": left.question,
        "asker": "unknown",
        "style": "left-with-feedback",
        "kind": "answerable",
        "topic": left.subject,
        "gold": [],
        "must_say": [],
        "must_not_say": [],
        "split": "dev",
    }
