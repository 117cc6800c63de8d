"""From a question to the last word of its answer: the model, the line before it, the prompt, the stream.

Knows nothing of storage and of who watches.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from assistant.conversation import GenerationOptions, Message, MessageStatus, Provenance, Run
from assistant.engine import Engine, ReadyEngine
from assistant.errors.engine import EmptyAnswerError, EngineUnavailableError
from assistant.generation.answer_stream import AnswerStream
from assistant.generation.deadlines import Deadlines, due_within, within
from assistant.generation.retries import wait_before_retry
from assistant.ports import RunOutcome
from assistant.prompt_choice import SUITED_PROMPT, PromptChoice
from assistant.prompting.assembler import AssembledPrompt
from assistant.run_update import RunStage
from assistant.waiting_line import WaitingLine

logger = logging.getLogger(__name__)

_COUNT_SECONDS = 2.0
"""Whoever stopped an answer waits for its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a run has to answer."""

    run: Run
    messages: Sequence[Message]
    """The branch, ending with the question."""
    options: GenerationOptions
    """With the seed that is really used."""
    prompt_choice: PromptChoice = SUITED_PROMPT
    continued: Message | None = None
    """The answer to go on with; its text is the beginning of this one."""
    prompt: AssembledPrompt | None = None
    """Where it could be assembled before; otherwise it is, as soon as the model is there."""
    ended: Callable[[RunOutcome], None] = lambda outcome: None
    """Called once with how the run ended, in a worker thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineGate:
    """The engine, the line before it, and the patience with it: one of each for all answers of this process."""

    engine: Engine
    line: WaitingLine
    deadlines: Deadlines = field(default_factory=Deadlines)


class Answering:
    """`make` writes the answer into `text`; `moved` is called at each change of it, of the stage or of the place."""

    def __init__(self, assignment: Assignment, gate: EngineGate, moved: Callable[[RunStage], None]) -> None:
        self._assignment = assignment
        self._gate = gate
        self._moved = moved
        self._prompt = assignment.prompt
        self._stream: AnswerStream | None = None
        self._began = time.monotonic()
        self._first_text_after: float | None = None
        self._beginning = assignment.continued.text if assignment.continued else ""
        self.text = self._beginning
        self.place = 0
        """In the line; 0 when it is not waited in."""
        self.read: float | None = None
        """How much of the prompt the engine has read, 0 to 1, where it tells."""

    async def make(self) -> None:
        """Raises AssistantError; what there is of the text then stays. Cancelling closes the engine's stream."""
        ready = await self._gate.engine.ready()
        async with self._gate.line.turn(ready.model.concurrency, self._move_up):
            self.place = 0
            self._moved(RunStage.READING)
            if self._prompt is None:
                room = self._assignment.options.max_new_tokens
                messages = self._assignment.messages
                choice = self._assignment.prompt_choice
                assembler = await asyncio.to_thread(ready.prompts.assembler, choice)
                self._prompt = await asyncio.to_thread(assembler.assemble, messages, room, self._beginning)
            await self._ask(ready, self._prompt)
        if not self.text.strip():
            raise EmptyAnswerError

    async def provenance(self, status: MessageStatus) -> Provenance | None:
        """None: the engine was not asked. Takes a moment at most, whatever the engine does."""
        ready, prompt, stream = self._gate.engine.if_ready, self._prompt, self._stream
        if ready is None or prompt is None or stream is None:
            return None
        seconds = time.monotonic() - self._began
        return Provenance(
            model=ready.model.card.name,
            model_revision=ready.model.revision,
            prompt_id=prompt.template.id,
            prompt_sha256=prompt.template.sha256,
            options=self._options(prompt),
            prompt_text_sha256=prompt.text_sha256,
            turns_dropped=prompt.turns_dropped,
            prompt_tokens=stream.prompt_tokens or prompt.tokens.prompt,
            completion_tokens=stream.completion_tokens or await self._count_text(ready),
            continued_from=self._assignment.continued.id if self._assignment.continued else None,
            finish_reason=stream.finish_reason if status is MessageStatus.COMPLETE else status,
            first_token_seconds=self._first_text_after,
            seconds=seconds,
        )

    def _read_on(self, fraction: float) -> None:
        self.read = fraction
        if self._first_text_after is None:
            self._moved(RunStage.READING)

    def _move_up(self, place: int) -> None:
        self.place = place
        self._moved(RunStage.QUEUED)

    async def _ask(self, ready: ReadyEngine, prompt: AssembledPrompt) -> None:
        """Once more where the engine cannot be reached, but never after the first word: it would be another answer."""
        attempt = 1
        while True:
            try:
                await self._listen(ready, prompt)
                return
            except EngineUnavailableError as error:
                began = self._first_text_after is not None
                wait = None if began else wait_before_retry(error, attempt)
                if wait is None:
                    raise
                logger.warning("run %s: attempt %d: %s", self._assignment.run.id, attempt, error)
            await asyncio.sleep(wait)
            attempt += 1

    async def _listen(self, ready: ReadyEngine, prompt: AssembledPrompt) -> None:
        self._stream = AnswerStream(
            ready.model.language_model,
            prompt.value,
            self._options(prompt),
            prompt.template.stops,
            prompt.template.marks.reply_lead,
            conversation_id=self._assignment.run.conversation_id,
            beginning=self._beginning,
            on_read=self._read_on,
        )
        text = self._stream.beginning
        async with aclosing(within(self._gate.deadlines, aiter(self._stream))) as pieces:
            async for piece in pieces:
                if self._first_text_after is None:
                    self._first_text_after = time.monotonic() - self._began
                self.text = text = text + piece
                self._moved(RunStage.ANSWERING)
        self.text = text

    def _options(self, prompt: AssembledPrompt) -> GenerationOptions:
        return self._assignment.options.model_copy(update={"max_new_tokens": prompt.tokens.answer_room})

    async def _count_text(self, ready: ReadyEngine) -> int | None:
        """None: not known. The engine may be asked, and it may be what has just failed."""
        text = self.text[len(self._beginning) :]
        if not text:
            return 0
        try:
            with due_within(_COUNT_SECONDS):
                async with asyncio.timeout(_COUNT_SECONDS):
                    return await asyncio.to_thread(ready.model.language_model.get_num_tokens, text)
        except Exception as error:
            # Whatever it is, an answer that is there is worth more than its count.
            logger.warning("run %s: its tokens cannot be counted: %r", self._assignment.run.id, error)
            return None
