"""What every address of the web front shares, and how a request reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from assistant.settings import Settings
from assistant.web.desk import Desk
from assistant.web.doors import Doors, Visitor
from assistant.web.metrics import Metrics
from assistant.web.problems import Refused
from assistant.wiring import House


@dataclass(frozen=True, slots=True)
class Front:
    """The web front of a house. Raises BadSetting when it is made of settings that cannot be used."""

    house: House
    settings: Settings
    metrics: Metrics
    desk: Desk
    doors: Doors

    @classmethod
    def of(cls, house: House, settings: Settings) -> Front:
        """The front of a house, with counts of its own."""
        metrics = Metrics()
        return cls(house, settings, metrics, Desk(house, metrics), Doors(settings, house.keys, metrics))

    def ours(self, kind: str, token: str) -> None:
        """Raises Refused when an id is none this server gave out."""
        if not self.desk.is_ours(kind, token):
            raise Refused(404, "Not known", f"This server gave out no such {kind}. Use the id exactly as it came.")


# Only to describe the door in the OpenAPI document: `Doors` looks at the key.
_BEARER = HTTPBearer(scheme_name="staffKey", description="made by `care-act keys make`", auto_error=False)


async def _front(request: Request) -> Front:
    front = request.app.state.front
    assert isinstance(front, Front)
    return front


At = Annotated[Front, Depends(_front)]


async def _visitor(request: Request, at: At) -> Visitor:
    if "authorization" in request.headers:
        return await run_in_threadpool(at.doors.let_in, request)
    return at.doors.let_in(request)


def _staff(request: Request, at: At, _: Annotated[object, Security(_BEARER)]) -> Visitor:
    return at.doors.staff(request)


# What an address asks for in its signature, beside `At`. What reads the database (a key) does so on a worker thread, never
# on the event loop; the rest waits for nothing, and a way to a thread and back would cost more than it does.
Anyone = Annotated[Visitor, Depends(_visitor)]
Staff = Annotated[Visitor, Depends(_staff)]
