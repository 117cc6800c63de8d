"""One answer in the making: wait for the model, stream, keep the text in storage, end once.

Knows nothing of who watches and who may.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assistant.conversation import GenerationOptions, Message, MessageStatus, Provenance, Run
from assistant.engine import Engine, ReadyEngine
from assistant.errors import AssistantError, EmptyAnswerError, EngineError, ErrorReport, StorageError
from assistant.generation.answer_stream import AnswerStream
from assistant.ports import ConversationStore, RunOutcome
from assistant.prompting.assembler import AssembledPrompt

logger = logging.getLogger(__name__)


class RunStage(StrEnum):
    WAITING = "waiting"
    """For the model to be loaded."""
    READING = "reading"
    """The engine reads the prompt."""
    ANSWERING = "answering"
    SAVING = "saving"
    """The text is there, but storage does not take it yet."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUpdate:
    """A run as it is now: always the whole text, so that a watcher may skip any number of updates."""

    run_id: str
    answer_id: str
    stage: RunStage
    status: MessageStatus
    text: str
    error: ErrorReport | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a run has to answer."""

    run: Run
    messages: Sequence[Message]
    """The branch, ending with the question."""
    options: GenerationOptions
    """With the seed that is really used."""
    prompt: AssembledPrompt | None = None
    """Where it could be assembled before; otherwise it is, as soon as the model is there."""


class ActiveRun:
    def __init__(
        self,
        assignment: Assignment,
        engine: Engine,
        store: ConversationStore,
        clock: Callable[[], datetime],
        checkpoint_seconds: float,
    ) -> None:
        self._assignment = assignment
        self._engine = engine
        self._store = store
        self._clock = clock
        self._checkpoint_seconds = checkpoint_seconds
        self._stage = RunStage.WAITING
        self._text = ""
        self._outcome: RunOutcome | None = None
        self._cut_short_as = MessageStatus.INTERRUPTED
        self._trouble: ErrorReport | None = None
        self._prompt = assignment.prompt
        self._stream: AnswerStream | None = None
        self._began = time.monotonic()
        self._first_text_after: float | None = None
        self.changed = asyncio.Event()
        """Set at the next change; take it before `update`, then wait for it."""
        self._making = asyncio.create_task(self._make())
        self.task = asyncio.create_task(self._live(), name=f"run-{assignment.run.id}")
        """Ends when the outcome is stored."""

    def update(self) -> RunUpdate:
        ended = self._outcome if self._stage is RunStage.ENDED else None
        return RunUpdate(
            run_id=self._assignment.run.id,
            answer_id=self._assignment.run.answer_id,
            stage=self._stage,
            status=ended.status if ended else MessageStatus.STREAMING,
            text=self._text,
            error=ended.error if ended else self._trouble,
            provenance=ended.provenance if ended else None,
        )

    async def text_ended(self, seconds: float) -> None:
        """Wait until no more text will come, but no longer than that."""
        await asyncio.wait({self._making}, timeout=seconds)

    def cut_short(self, status: MessageStatus) -> None:
        """Stop the engine now; the run then ends with `status`, unless it has ended already."""
        if not self._making.done():
            self._cut_short_as = status
            self._making.cancel()

    async def _live(self) -> None:
        checkpoints = asyncio.create_task(self._keep_checkpoints())
        status, error = MessageStatus.COMPLETE, None
        try:
            await self._making
        except asyncio.CancelledError:
            status = self._cut_short_as
        except AssistantError as raised:
            logger.warning("run %s: %s", self._assignment.run.id, raised)
            status, error = self._failure(), raised
        except Exception as raised:
            logger.exception("run %s", self._assignment.run.id)
            status, error = self._failure(), EngineError(fault=type(raised).__name__)
        finally:
            checkpoints.cancel()
        self._outcome = RunOutcome(
            status=status,
            text=self._text,
            error=error.report() if error else None,
            provenance=await asyncio.to_thread(self._provenance, status),
        )
        await self._store_outcome(self._outcome)
        self._move_to(RunStage.ENDED)

    def _failure(self) -> MessageStatus:
        """A failure after the first word keeps what there is: the answer is interrupted, not failed."""
        return MessageStatus.INTERRUPTED if self._text else MessageStatus.FAILED

    async def _make(self) -> None:
        ready = await self._engine.ready()
        self._move_to(RunStage.READING)
        room = self._assignment.options.max_new_tokens
        prompt = self._prompt
        if prompt is None:
            prompt = await asyncio.to_thread(ready.assembler.assemble, self._assignment.messages, room)
            self._prompt = prompt
        self._stream = AnswerStream(
            ready.model.language_model,
            prompt.value,
            self._options(prompt),
            prompt.stops,
            ready.template.marks.reply_lead,
        )
        async for piece in self._stream:
            if self._first_text_after is None:
                self._first_text_after = time.monotonic() - self._began
            self._text += piece
            self._move_to(RunStage.ANSWERING)
        if not self._text.strip():
            raise EmptyAnswerError

    def _options(self, prompt: AssembledPrompt) -> GenerationOptions:
        return self._assignment.options.model_copy(update={"max_new_tokens": prompt.tokens.answer_room})

    def _provenance(self, status: MessageStatus) -> Provenance | None:
        """Counts tokens, which may ask the engine: to be called in a worker thread."""
        ready, prompt, stream = self._engine.if_ready, self._prompt, self._stream
        if ready is None or prompt is None or stream is None:
            return None
        return Provenance(
            model=ready.model.card.name,
            model_revision=ready.model.revision,
            prompt_id=ready.template.id,
            prompt_sha256=ready.template.sha256,
            options=self._options(prompt),
            turns_dropped=prompt.turns_dropped,
            prompt_tokens=stream.prompt_tokens or prompt.tokens.prompt,
            completion_tokens=stream.completion_tokens or self._count_answer(ready),
            finish_reason=stream.finish_reason if status is MessageStatus.COMPLETE else status,
            first_token_seconds=self._first_text_after,
            seconds=time.monotonic() - self._began,
        )

    def _count_answer(self, ready: ReadyEngine) -> int | None:
        try:
            return ready.assembler.count(self._text)
        except Exception as error:
            # Whatever it is, an answer that is there is worth more than its count.
            logger.warning("run %s: its tokens cannot be counted: %r", self._assignment.run.id, error)
            return None

    async def _keep_checkpoints(self) -> None:
        kept = ""
        while True:
            await asyncio.sleep(self._checkpoint_seconds)
            text = self._text
            if text == kept:
                continue
            try:
                ours = await asyncio.to_thread(self._store.checkpoint, self._assignment.run.id, text, self._clock())
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
                await asyncio.to_thread(self._store.finish, self._assignment.run.id, outcome, self._clock())
                return
            except StorageError as error:
                logger.error("run %s cannot be stored: %s", self._assignment.run.id, error)
                self._trouble = error.report()
                self._move_to(RunStage.SAVING)
            except Exception:
                # No retry can help. The last checkpoint stays, and the next start ends the run as interrupted.
                logger.exception("run %s: its end is not stored", self._assignment.run.id)
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 30)

    def _tell(self, trouble: ErrorReport | None) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._move_to(self._stage)

    def _move_to(self, stage: RunStage) -> None:
        self._stage = stage
        # A new event for the next change: whoever holds the old one is woken, whoever comes later waits.
        self.changed.set()
        self.changed = asyncio.Event()
