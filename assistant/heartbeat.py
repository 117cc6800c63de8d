"""What processes on one database owe each other: signs of life for their runs, stops that others ask for, and an end
for runs that nobody makes any more.

Clocks are not compared, since two machines' may differ: a run is lost when its sign of life stays the same in several
looks in a row. A look that fails begins the count anew, so that a database that was away costs nobody an answer.
Knows nothing of what a run does.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from assistant.errors.app import StorageError
from assistant.ports import ConversationStore
from assistant.runs import Runs

logger = logging.getLogger(__name__)

_LOOKS = 10
# A stop from elsewhere waits for the next beat.
_LONGEST_BEAT = 1.0


class Heartbeat:
    def __init__(
        self, runs: Runs, store: ConversationStore, *, clock: Callable[[], datetime], lost_after: float
    ) -> None:
        """`lost_after`: seconds without a sign of life."""
        self._runs = runs
        self._store = store
        self._clock = clock
        self._seconds = min(lost_after / _LOOKS, _LONGEST_BEAT)
        self._looks_to_lose = round(lost_after / self._seconds)
        self._seen: dict[str, tuple[datetime, int]] = {}
        """Unfinished runs → their last sign of life, and in how many looks since it was the same."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._live(), name="heartbeat")

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._beat()
                await self._look()
            except StorageError:
                # The runs tell it to whoever watches them.
                self._seen.clear()
            except Exception:
                logger.exception("heartbeat")

    async def _beat(self) -> None:
        if own := self._runs.active:
            for run_id in await asyncio.to_thread(self._store.beat, own, self._clock()):
                self._runs.cut_short(run_id)

    async def _look(self) -> None:
        # This process's own among them: one that it knows nothing of, since its database went away while it said yes,
        # gives no sign of life either.
        unfinished = await asyncio.to_thread(self._store.unfinished_runs)
        self._seen = {run_id: (beat, self._same(run_id, beat)) for run_id, beat in unfinished.items()}
        for run_id, (beat, looks) in self._seen.items():
            if looks >= self._looks_to_lose and await asyncio.to_thread(
                self._store.interrupt, run_id, beat, self._clock()
            ):
                logger.warning("run %s: whoever made it gives no sign of life, it is interrupted", run_id)

    def _same(self, run_id: str, beat: datetime) -> int:
        seen, looks = self._seen.get(run_id, (None, 0))
        return looks + 1 if seen == beat else 0
