"""Updates in any order and any number of times; each is answered once, in order within a chat, chats side by side."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from telegram import Update

from assistant import logs, tracing
from assistant.errors import ConversationsUnavailable
from assistant.telegram.ledger import CURRENT, Delivery, Ledger

log = logging.getLogger("care_act.telegram")

GAP_PATIENCE = 0.3  # seconds to wait for an update whose number was skipped: webhooks overtake each other
MOST_WAITING = 60  # finished updates behind an unfinished one: Telegram shows a poll no more than 100
LAST_WORD = 20.0  # seconds that what is under way may still take when the bot stops
MOST_REMEMBERED = 10_000  # finished updates known without asking the database


@dataclass(order=True, slots=True)
class _Waiting:
    number: int
    update: Update = field(compare=False)


class Intake:
    """Gives each update to `answer` exactly once and says which may be acknowledged.

    An update counts as finished when `answer` returned, which is after Telegram took the reply; only then may
    `offset` move past it. What a process that was killed left unfinished is therefore given to the next one.
    """

    def __init__(
        self, answer: Callable[[Update], Awaitable[None]], ledger: Ledger, patience: float = GAP_PATIENCE
    ) -> None:
        self._answer, self._ledger, self._patience = answer, ledger, patience
        self._open: dict[int, asyncio.Future[None]] = {}
        self._finished: dict[int, None] = {}
        self._held: list[_Waiting] = []
        self._lanes: dict[int, list[_Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._next: int | None = None
        self._highest = -1
        self._timer: asyncio.TimerHandle | None = None
        self._progress = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether an update is not finished yet."""
        return bool(self._open)

    def offset(self) -> int:
        """The lowest update number not to be acknowledged yet; 0 before the first update.

        An update that cannot be finished for long (a chat that is refused for minutes) is left behind when many later
        ones are done, since Telegram would show nothing newer. It stays in memory and is still answered.
        """
        for number in sorted(self._open):
            if sum(done > number for done in self._finished) < MOST_WAITING:
                return number
        return self._highest + 1

    def take(self, updates: Sequence[Update]) -> list[asyncio.Future[None]]:
        """Take updates in; one future each, done when the update is finished."""
        taken, numbers = [], [update.update_id for update in updates]
        # After a quiet week Telegram begins again at a random number, which may be lower: what comes counts, not the highest ever.
        self._highest = max(numbers if not self._open and numbers else [self._highest, *numbers])
        for update in updates:
            number = update.update_id
            future = self._open.get(number)
            if future is None:
                future = asyncio.get_running_loop().create_future()
                if number in self._finished:
                    future.set_result(None)
                else:
                    self._open[number] = future
                    heapq.heappush(self._held, _Waiting(number, update))
            taken.append(future)
        self._release()
        return taken

    async def progressed(self, timeout: float) -> None:
        """Wait until something was finished, or for `timeout` seconds."""
        self._progress.clear()
        try:
            await asyncio.wait_for(self._progress.wait(), timeout)
        except TimeoutError:
            return

    async def drain(self) -> None:
        """Let what is under way finish, for a while; the rest stays unacknowledged and comes again."""
        self._release(everything=True)
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=LAST_WORD)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for future in self._open.values():
            future.cancel()

    def _release(self, everything: bool = False) -> None:
        """Start what is next by number; what comes after a gap waits a moment for the missing one."""
        while self._held and (everything or (self._next is not None and self._held[0].number <= self._next)):
            waiting = heapq.heappop(self._held)
            self._next = max(self._next or 0, waiting.number + 1)
            self._start(waiting)
        if self._timer is not None and (everything or not self._held):
            self._timer.cancel()
            self._timer = None
        if self._held and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self._release, True)

    def _start(self, waiting: _Waiting) -> None:
        chat = waiting.update.effective_chat
        lane = chat.id if chat else 0
        if lane in self._lanes:
            heapq.heappush(self._lanes[lane], waiting)
            return
        self._lanes[lane] = [waiting]
        worker = asyncio.create_task(self._work(lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, lane: int) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                await self._once(heapq.heappop(waiting).update)
        finally:
            del self._lanes[lane]

    async def _once(self, update: Update) -> None:
        number = update.update_id
        delivery = await self._delivery(number)
        if delivery is not None:
            CURRENT.set(delivery)
            with logs.request(f"update-{number}"), tracing.spanned("update", request=f"update-{number}"):
                await self._answer(update)
                await self._mark_done(delivery)
        self._finish(number)

    async def _delivery(self, number: int) -> Delivery | None:
        try:
            return await asyncio.to_thread(self._ledger.delivery, number)
        except ConversationsUnavailable as exc:
            log.warning("update %s: %s", number, exc)
            return Delivery(number)

    async def _mark_done(self, delivery: Delivery) -> None:
        try:
            await asyncio.to_thread(self._ledger.mark, delivery.update_id, delivery.sent, True)
        except ConversationsUnavailable as exc:
            log.warning("update %s: %s", delivery.update_id, exc)

    def _finish(self, number: int) -> None:
        self._finished[number] = None
        while len(self._finished) > MOST_REMEMBERED:
            del self._finished[next(iter(self._finished))]
        future = self._open.pop(number)
        if not future.done():
            future.set_result(None)
        self._progress.set()
