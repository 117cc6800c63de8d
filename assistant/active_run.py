"""One run: an answer in the making, its text kept in storage, one end, and the state that watchers see.

Knows nothing of who watches and who may.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from assistant.answering import Answering, Assignment, EngineGate
from assistant.conversation import MessageStatus, Run
from assistant.errors.app import NotFoundError, StorageError
from assistant.errors.engine import EngineError
from assistant.errors.root import AssistantError, ErrorReport
from assistant.ports import ConversationStore, RunOutcome
from assistant.run_update import RunStage, RunUpdate
from assistant.typed_text import storable

logger = logging.getLogger(__name__)

# For a database that is away: when it is back, answers should be kept soon.
_LONGEST_WAIT = 4.0


class ActiveRun:
    def __init__(
        self,
        assignment: Assignment,
        gate: EngineGate,
        store: ConversationStore,
        clock: Callable[[], datetime],
        checkpoint_seconds: float,
        on_end: Callable[[Run], None],
    ) -> None:
        """`on_end`: called in the event loop when the end is stored, before those who watch are told."""
        self._run = assignment.run
        self._ended = assignment.ended
        self._on_end = on_end
        self._store = store
        self._clock = clock
        self._checkpoint_seconds = checkpoint_seconds
        self._stage = RunStage.WAITING
        self._outcome: RunOutcome | None = None
        self._cut_short_as = MessageStatus.INTERRUPTED
        self._trouble: ErrorReport | None = None
        self._answering = Answering(assignment, gate, self._move_to)
        self.changed = asyncio.Event()
        """Set at the next change; take it before `update`, then wait for it."""
        self._making = asyncio.create_task(self._answering.make())
        self.task = asyncio.create_task(self._live(), name=f"run-{assignment.run.id}")
        """Ends when the outcome is stored."""

    def update(self) -> RunUpdate:
        ended = self._outcome if self._stage is RunStage.ENDED else None
        return RunUpdate(
            run_id=self._run.id,
            answer_id=self._run.answer_id,
            stage=self._stage,
            status=ended.status if ended else MessageStatus.STREAMING,
            text=ended.text if ended else self._text,
            place=self._answering.place,
            read=self._answering.read,
            error=ended.error if ended else self._trouble,
            provenance=ended.provenance if ended else None,
        )

    async def text_begun(self, seconds: float) -> None:
        """Wait until there is text, or none will come, but no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._text and not self._making.done():
                    await self.changed.wait()

    async def text_ended(self, seconds: float) -> None:
        """Wait until no more text will come, but no longer than that."""
        await asyncio.wait({self._making}, timeout=seconds)

    def cut_short(self, status: MessageStatus) -> None:
        """Stop the engine now; the run then ends with `status`, unless it has ended already."""
        if not self._making.done():
            self._cut_short_as = status
            self._making.cancel()

    @property
    def _text(self) -> str:
        """What is shown is what can be kept."""
        return storable(self._answering.text)

    async def _live(self) -> None:
        checkpoints = asyncio.create_task(self._keep_checkpoints())
        status, error = MessageStatus.COMPLETE, None
        try:
            await self._making
        except asyncio.CancelledError:
            status = self._cut_short_as
        except AssistantError as raised:
            logger.warning("run %s: %s", self._run.id, raised)
            status, error = self._failure(), raised
        except Exception as raised:
            logger.exception("run %s", self._run.id)
            status, error = self._failure(), EngineError(fault=type(raised).__name__)
        finally:
            checkpoints.cancel()
        self._outcome = RunOutcome(
            status=status,
            text=self._text,
            error=error.report() if error else None,
            provenance=await self._answering.provenance(status),
        )
        await self._store_outcome(self._outcome)
        self._on_end(self._run)
        self._move_to(RunStage.ENDED)
        await asyncio.to_thread(self._ended, self._outcome)

    def _failure(self) -> MessageStatus:
        """A failure after the first word keeps what there is: the answer is interrupted, not failed."""
        return MessageStatus.INTERRUPTED if self._text else MessageStatus.FAILED

    async def _keep_checkpoints(self) -> None:
        kept = self._text
        clock = asyncio.get_running_loop().time
        looked_at = clock()
        while True:
            # From look to look: a database that takes its time is not waited for on top of it.
            await asyncio.sleep(looked_at + self._checkpoint_seconds - clock())
            text, looked_at = self._text, clock()
            if text == kept:
                continue
            try:
                ours = await asyncio.to_thread(self._store.checkpoint, self._run.id, text, self._clock())
            except StorageError as error:
                self._tell(error.report())
                continue
            kept = text
            self._tell(None)
            if not ours:
                self.cut_short(MessageStatus.INTERRUPTED)

    async def _store_outcome(self, outcome: RunOutcome) -> None:
        """Until storage takes it: meanwhile the text is kept here and shown, with what is wrong."""
        wait = self._checkpoint_seconds
        while True:
            try:
                self._outcome = await asyncio.to_thread(self._stored_end, outcome)
                return
            except StorageError as error:
                logger.error("run %s cannot be stored: %s", self._run.id, error)
                self._trouble = error.report()
                self._move_to(RunStage.SAVING)
            except Exception:
                # No retry can help. The last checkpoint stays, and the next start ends the run as interrupted.
                logger.exception("run %s: its end is not stored", self._run.id)
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _stored_end(self, outcome: RunOutcome) -> RunOutcome:
        """Blocks. This one, or the one that came first: another process may have taken the run for lost."""
        if self._store.finish(self._run.id, outcome, self._clock()):
            return outcome
        try:
            answer = self._store.answer(self._run.owner_id, self._run.id)
        except NotFoundError:
            return outcome
        return RunOutcome(status=answer.status, text=answer.text, error=answer.error, provenance=answer.provenance)

    def _tell(self, trouble: ErrorReport | None) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._move_to(self._stage)

    def _move_to(self, stage: RunStage) -> None:
        self._stage = stage
        # A new event for the next change: whoever holds the old one is woken, whoever comes later waits.
        self.changed.set()
        self.changed = asyncio.Event()
