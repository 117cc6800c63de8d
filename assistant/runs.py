"""The runs of this process: started by the service, watched by pages, owned by neither.

Whoever watches gets the newest text; nobody has to. Knows nothing of who may watch what.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from typing import Any

from assistant.active_run import ActiveRun
from assistant.answering import Assignment, EngineGate
from assistant.conversation import MessageStatus, Run
from assistant.engine import Engine
from assistant.errors.engine import EngineBusyError
from assistant.generation.deadlines import Deadlines
from assistant.ports import ConversationStore
from assistant.run_update import RunStage, RunUpdate
from assistant.stored_run import LOOK_SECONDS
from assistant.waiting_line import WaitingLine

_STORING_SECONDS = 5.0
_STOP_LOOKS = 20


class Runs:
    def __init__(
        self,
        engine: Engine,
        store: ConversationStore,
        *,
        clock: Callable[[], datetime],
        deadlines: Deadlines | None = None,
        longest_line: int = 32,
        # Of the one second of text that a crash may cost: the rest is for the write itself.
        checkpoint_seconds: float = 0.5,
    ) -> None:
        self._gate = EngineGate(engine=engine, line=WaitingLine(longest_line), deadlines=deadlines or Deadlines())
        self._store = store
        self._clock = clock
        self._checkpoint_seconds = checkpoint_seconds
        self._active: dict[str, ActiveRun] = {}
        self._beginning: set[asyncio.Task[Run]] = set()
        self.draining = False
        self._is_over = False
        self.on_end: Callable[[Run], None] = lambda run: None
        """Called in the event loop with each run that has ended, however it did, before those who watch it are told."""

    @property
    def line(self) -> WaitingLine:
        return self._gate.line

    def refuse_if_full(self) -> None:
        """Raises EngineBusyError when the line for the engine is as long as it may be."""
        if self._gate.line.is_full:
            raise EngineBusyError(retry_after=self._gate.line.seconds_to_wait)

    async def begin(self, turn: Callable[[], Run]) -> Run:
        """`turn`, which blocks and may schedule a `start`: `drain` waits for that too, whoever has left meanwhile."""
        beginning = asyncio.create_task(asyncio.to_thread(turn))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._beginning.discard)
        return await asyncio.shield(beginning)

    def start(self, assignment: Assignment) -> None:
        run_id = assignment.run.id
        active = ActiveRun(assignment, self._gate, self._store, self._clock, self._checkpoint_seconds, self.on_end)
        self._active[run_id] = active
        active.task.add_done_callback(lambda _: self._active.pop(run_id, None))
        if self._is_over:
            active.cut_short(MessageStatus.INTERRUPTED)

    def now(self, run_id: str) -> RunUpdate | None:
        """None: not, or no longer, running in this process."""
        active = self._active.get(run_id)
        return active.update() if active else None

    async def watch(self, run_id: str, pace: float = 0.0) -> AsyncIterator[RunUpdate]:
        """The newest update at once and after each change, the last one `ENDED`. Nothing for an unknown run.

        Growing text comes every `pace` seconds at most, its end at once. An answer that has not begun is waited for as
        long: where an engine is quick, its first word need not wait until an update without it has been drawn.
        """
        active = self._active.get(run_id)
        if active:
            await active.text_begun(pace)
        while active is not None:
            changed = active.changed
            update = active.update()
            yield update
            if update.stage is RunStage.ENDED:
                return
            if update.text:
                await active.text_ended(pace)
            await changed.wait()

    @property
    def active(self) -> Collection[str]:
        """The ids of the runs that this process makes."""
        return set(self._active)

    def cut_short(self, run_id: str) -> None:
        """End the run as `STOPPED` soon. An unknown one is left alone."""
        if active := self._active.get(run_id):
            active.cut_short(MessageStatus.STOPPED)

    async def stop(self, run_id: str) -> None:
        """End the run as `STOPPED` and wait until that is stored; where another process makes it, a while at most."""
        if active := self._active.get(run_id):
            active.cut_short(MessageStatus.STOPPED)
            await asyncio.wait([active.task])
        elif await asyncio.to_thread(self._store.request_stop, run_id, self._clock()):
            for _ in range(_STOP_LOOKS):
                await asyncio.sleep(LOOK_SECONDS)
                if run_id not in await asyncio.to_thread(self._store.unfinished_runs):
                    return

    async def stop_in(self, owner_id: str, conversation_id: str) -> None:
        """Stop the answer that is being written in a conversation, if one is. Raises NotFoundError."""
        if run := await asyncio.to_thread(self._store.active_run, owner_id, conversation_id):
            await self.stop(run.id)

    async def drain(self, seconds: float) -> None:
        """Let what runs go on for `seconds`, then end the rest as `INTERRUPTED`."""
        self.draining = True
        await self._settle(seconds)
        self._is_over = True
        for active in list(self._active.values()):
            active.cut_short(MessageStatus.INTERRUPTED)
        # A bound, since storage may be what fails; a run that is left is recovered at the next start.
        await self._settle(_STORING_SECONDS)

    async def _settle(self, seconds: float) -> None:
        """Until nothing runs or begins, but no longer than that."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        pending: Collection[asyncio.Task[Any]] = ()
        while not pending and (tasks := {*self._beginning, *(run.task for run in self._active.values())}):
            _, pending = await asyncio.wait(tasks, timeout=max(0.0, end - clock()))
