"""Turns: asked, edited, answered once more, stopped, watched; the one place for their rules.

Each method takes the owner; what is not theirs is not found. Knows nothing of pages, tables or engines.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from assistant.answering import Assignment
from assistant.attachments import accept_attachments
from assistant.conversation import (
    Attachment,
    GenerationOptions,
    Message,
    MessageStatus,
    Role,
    Run,
    branch,
    find_message,
)
from assistant.engine import Engine
from assistant.errors.app import NotFoundError
from assistant.errors.engine import DrainingError
from assistant.errors.input import NotContinuableError, UnsupportedOptionError
from assistant.licences import refuse_without_licence
from assistant.limits import Limits
from assistant.new_turn import NewTurn
from assistant.ports import ConversationStore
from assistant.prompt_choice import SUITED_PROMPT, PromptChoice
from assistant.prompting.accepted import accept_prompt
from assistant.prompting.assembler import AssembledPrompt
from assistant.run_update import RunStage, RunUpdate
from assistant.runs import Runs
from assistant.stored_run import LOOK_SECONDS, stored_update
from assistant.typed_text import accept, title_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Question:
    """As it is kept."""

    text: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a turn answers, and where in the tree."""

    question: _Question | None = None
    """None: the question `parent_id` is answered once more."""
    parent_id: str | None
    parent_must_be_leaf: bool = False
    continued: Message | None = None
    prompt: PromptChoice | None
    """None: the conversation's."""


class ChatService:
    def __init__(
        self,
        store: ConversationStore,
        engine: Engine,
        runs: Runs,
        limits: Limits,
        *,
        process_id: str,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        message_limit: int,
    ) -> None:
        self._store = store
        self._engine = engine
        self._runs = runs
        self._limits = limits
        self._process_id = process_id
        self._new_id = new_id
        self._clock = clock
        self._message_limit = message_limit

    # Turns

    async def send(
        self,
        owner_id: str,
        conversation_id: str | None,
        text: str,
        *,
        expected_leaf_id: str | None,
        client_request_id: str,
        options: GenerationOptions,
        prompt: PromptChoice | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Run:
        """Ask at the end of a conversation; None begins a new one. Without a `prompt`, the conversation's own is taken.

        Raises BlankMessageError, MessageTooLongError, AttachmentError, NotFoundError, ConversationBusyError,
        ConversationMovedError, EngineBusyError, LimitError.
        """
        question = _Question(accept(text, self._message_limit), accept_attachments(attachments))
        asked = _Asked(question=question, parent_id=expected_leaf_id, parent_must_be_leaf=True, prompt=prompt)
        return await self._begin(owner_id, conversation_id, asked, client_request_id, options)

    async def edit(
        self,
        owner_id: str,
        conversation_id: str,
        question_id: str,
        text: str,
        *,
        client_request_id: str,
        options: GenerationOptions,
        prompt: PromptChoice | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Run:
        """Ask the question differently: a sibling of it. Raises what `send` does."""
        question = _Question(accept(text, self._message_limit), accept_attachments(attachments))
        edited = await self._message(owner_id, conversation_id, question_id)
        if edited.role is not Role.USER:
            raise NotFoundError(kind="message")
        asked = _Asked(question=question, parent_id=edited.parent_id, prompt=prompt)
        return await self._begin(owner_id, conversation_id, asked, client_request_id, options)

    async def regenerate(
        self,
        owner_id: str,
        conversation_id: str,
        message_id: str,
        *,
        client_request_id: str,
        options: GenerationOptions,
        prompt: PromptChoice | None = None,
    ) -> Run:
        """Answer once more: a sibling of the answer `message_id`, or an answer to that question. Raises as `send`."""
        message = await self._message(owner_id, conversation_id, message_id)
        question_id = message.id if message.role is Role.USER else message.parent_id
        asked = _Asked(parent_id=question_id, prompt=prompt)
        return await self._begin(owner_id, conversation_id, asked, client_request_id, options)

    async def continue_answer(
        self,
        owner_id: str,
        conversation_id: str,
        message_id: str,
        *,
        client_request_id: str,
        options: GenerationOptions,
        prompt: PromptChoice | None = None,
    ) -> Run:
        """Go on with an answer that was cut off: a sibling of it that begins with its text.

        Raises NotContinuableError, NoRoomToContinueError, UnsupportedOptionError, and what `send` does.
        """
        answer = await self._message(owner_id, conversation_id, message_id)
        if not answer.is_cut_off:
            raise NotContinuableError
        asked = _Asked(parent_id=answer.parent_id, continued=answer, prompt=prompt)
        return await self._begin(owner_id, conversation_id, asked, client_request_id, options)

    async def stop(self, owner_id: str, conversation_id: str) -> None:
        """Stop the answer that is being written, if one is; its text so far is kept."""
        await self._runs.stop_in(owner_id, conversation_id)

    async def watch(self, owner_id: str, run_id: str, pace: float = 0.0) -> AsyncIterator[RunUpdate]:
        """The run's newest text and then as it grows, every `pace` seconds at most; the last is `ENDED`."""
        run = await asyncio.to_thread(self._store.run, owner_id, run_id)
        update: RunUpdate | None = None
        while True:
            async for update in self._runs.watch(run.id, pace):
                yield update
            if update is None or update.stage is not RunStage.ENDED:
                # Another process makes it; or this one, which may only be about to begin.
                seen = update
                update = await asyncio.to_thread(stored_update, self._store, owner_id, run.id, seen)
                if update != seen:
                    yield update
            if update.stage is RunStage.ENDED:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def begin(self) -> None:
        """What a process owes that has the database to itself: answers that a dead one left are marked as interrupted.

        Where it is shared, `assistant.heartbeat` finds out which are."""
        now = self._clock()
        lost = await asyncio.to_thread(self._store.interrupt_lost_runs, self._process_id, now)
        logger.info("start: %d interrupted answers", lost)

    # Inside

    async def _begin(
        self,
        owner_id: str,
        conversation_id: str | None,
        asked: _Asked,
        client_request_id: str,
        options: GenerationOptions,
    ) -> Run:
        question, continued = asked.question, asked.continued
        turn = NewTurn(
            owner_id=owner_id,
            conversation_id=conversation_id or self._new_id(),
            new_conversation_title=title_of(question.text if question else "") if conversation_id is None else None,
            parent_id=asked.parent_id,
            parent_must_be_leaf=asked.parent_must_be_leaf,
            question_id=self._new_id() if question else None,
            question=question.text if question else None,
            attachments=question.attachments if question else (),
            answer_id=self._new_id(),
            answer_beginning=continued.text if continued else "",
            run_id=self._new_id(),
            client_request_id=client_request_id,
            process_id=self._process_id,
            options=options,
            prompt=accept_prompt(asked.prompt or SUITED_PROMPT),
            now=self._clock(),
            at_once=self._limits.answers_at_once(),
        )
        return await self._runs.begin(partial(self._store_turn, turn, asked, asyncio.get_running_loop()))

    def _store_turn(self, turn: NewTurn, asked: _Asked, loop: asyncio.AbstractEventLoop) -> Run:
        """One trip to a worker thread for all that blocks: read, assemble, write."""
        if begun := self._store.requested_run(turn.owner_id, turn.client_request_id):
            # However busy it is now: the page only did not hear that its question was taken.
            return begun
        self._refuse_if_unable()
        refuse_without_licence(self._store, self._engine.card, turn.owner_id)
        with self._limits.turn(turn.owner_id):
            return self._begun(turn, asked, loop)

    def _begun(self, turn: NewTurn, asked: _Asked, loop: asyncio.AbstractEventLoop) -> Run:
        if asked.prompt is None and turn.new_conversation_title is None:
            turn = replace(turn, prompt=self._store.conversation(turn.owner_id, turn.conversation_id).prompt)
        messages = self._asked_branch(turn)
        options = turn.options
        if options.seed is None:
            options = options.model_copy(update={"seed": secrets.randbelow(2**31)})
        assembled = self._assembled(messages, turn)
        run = self._store.begin_turn(turn)
        if run.id == turn.run_id:
            assignment = Assignment(
                run=run,
                messages=messages,
                options=options,
                prompt_choice=turn.prompt,
                continued=asked.continued,
                prompt=assembled,
                ended=partial(self._limits.count_answer, turn.owner_id),
            )
            loop.call_soon_threadsafe(self._runs.start, assignment)
        return run

    def _refuse_if_unable(self) -> None:
        if self._runs.draining:
            raise DrainingError(retry_after=10)
        self._runs.refuse_if_full()

    def _asked_branch(self, turn: NewTurn) -> list[Message]:
        """The branch that the model will read, ending with the question, as it will be once the turn is written."""
        known = (
            [] if turn.new_conversation_title is not None else self._store.messages(turn.owner_id, turn.conversation_id)
        )
        messages = branch(known, turn.parent_id)
        if turn.question is not None and turn.question_id is not None:
            messages.append(
                Message(
                    id=turn.question_id,
                    conversation_id=turn.conversation_id,
                    parent_id=turn.parent_id,
                    role=Role.USER,
                    text=turn.question,
                    status=MessageStatus.COMPLETE,
                    created_at=turn.now,
                    attachments=turn.attachments,
                )
            )
        return messages

    def _assembled(self, messages: list[Message], turn: NewTurn) -> AssembledPrompt | None:
        """Before anything is written, so that a question that does not fit stays in its box. None: no model yet."""
        ready = self._engine.if_ready
        if ready is None:
            return None
        if turn.answer_beginning and not ready.model.continues:
            raise UnsupportedOptionError(option="continue", engine=ready.model.revision)
        assembler = ready.prompts.assembler(turn.prompt)
        return assembler.assemble(messages, turn.options.max_new_tokens, turn.answer_beginning)

    async def _message(self, owner_id: str, conversation_id: str, message_id: str) -> Message:
        messages = await asyncio.to_thread(self._store.messages, owner_id, conversation_id)
        return find_message(messages, message_id)
