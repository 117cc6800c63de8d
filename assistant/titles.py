"""Conversations are named by the model, after their first whole exchange, in the line's quiet moments.

Whoever asks something meanwhile goes first: a name that is being made is given up and made later.
"""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from assistant.conversation import GenerationOptions, Message, MessageStatus, Role, Run, TitleSource, branch
from assistant.engine import Engine, ReadyEngine
from assistant.errors.app import NotFoundError
from assistant.generation.answer_stream import AnswerStream
from assistant.ports import ConversationStore
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.title_text import SHORT_QUESTION, title_from
from assistant.waiting_line import WaitingLine

logger = logging.getLogger(__name__)

_PROMPT = "titles/v1"
_MOST_WANTED = 100
"""Of a busy day the newest are named; the others keep the beginning of their question."""
_MOST_TRIED = 1000
_QUESTION_CHARACTERS = 600
_SECONDS = 30.0
# The likeliest words, without a penalty: a title repeats the question's words on purpose.
_OPTIONS = GenerationOptions(temperature=0, top_p=1, top_k=0, repetition_penalty=1, max_new_tokens=24, seed=0)


class Titles:
    def __init__(self, engine: Engine, store: ConversationStore, line: WaitingLine) -> None:
        self._engine = engine
        self._store = store
        self._line = line
        self._template = load_template(_PROMPT, _PROMPT, Path)
        self._assembler: PromptAssembler | None = None
        self._wanted: deque[Run] = deque(maxlen=_MOST_WANTED)
        self._tried: deque[str] = deque(maxlen=_MOST_TRIED)
        """Conversations that the model had a title for, or none that is fit: it would say the same again."""
        self._working: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    def run_ended(self, run: Run) -> None:
        """To be called in the event loop, at the end of every run; returns at once."""
        self._wanted.append(run)
        self._move()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="titles")

    async def settled(self, run_id: str) -> None:
        """Until the conversation is named after this run, or will not be."""
        while run_id in (run.id for run in self._wanted):
            await self._moved.wait()

    async def close(self) -> None:
        self._wanted.clear()
        self._move()
        if self._working:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        while self._wanted:
            await self._line.until(quiet=True)
            naming = asyncio.create_task(self._name(self._wanted[0]))
            needed = asyncio.create_task(self._line.until(quiet=False))
            try:
                await asyncio.wait({naming, needed}, return_when=asyncio.FIRST_COMPLETED)
                if naming.done():
                    self._wanted.popleft()
                    self._move()
            finally:
                naming.cancel()
                needed.cancel()
                await asyncio.gather(naming, needed, return_exceptions=True)

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _name(self, run: Run) -> None:
        """Without one the conversation keeps the beginning of its question, so a failure is no failure."""
        try:
            ready = self._engine.if_ready
            question = await asyncio.to_thread(self._question, run)
            if ready and question:
                if title := await self._title(ready, question):
                    rename = self._store.rename
                    await asyncio.to_thread(rename, run.owner_id, run.conversation_id, title, TitleSource.MODEL)
                self._tried.append(run.conversation_id)
        except NotFoundError:
            # Deleted meanwhile.
            pass
        except Exception as error:
            logger.warning("title of the conversation of run %s: %r", run.id, error)

    def _question(self, run: Run) -> Message | None:
        """The one to be named after; None where there is nothing to do. A later exchange counts where the first
        one was stopped, or its process ended before the name was made."""
        conversation = self._store.conversation(run.owner_id, run.conversation_id)
        is_begun_here = conversation.origin is None and conversation.title_source is TitleSource.QUESTION
        if not is_begun_here or run.conversation_id in self._tried:
            return None
        shown = branch(self._store.messages(run.owner_id, run.conversation_id), run.answer_id)
        if not _is_whole(shown[-1]):
            return None
        question = next(asked for asked, answer in pairwise(shown) if _is_whole(answer))
        return question if len(question.text.strip()) > SHORT_QUESTION else None

    async def _title(self, ready: ReadyEngine, question: Message) -> str | None:
        beginning = replace(question, text=question.text.strip()[:_QUESTION_CHARACTERS])
        model = ready.model
        if self._assembler is None:
            count = model.language_model.get_num_tokens
            self._assembler = await asyncio.to_thread(PromptAssembler, self._template, count, model.context_window)
        prompt = await asyncio.to_thread(self._assembler.assemble, [beginning], _OPTIONS.max_new_tokens)
        lead = self._template.marks.reply_lead
        stream = AnswerStream(model.language_model, prompt.value, _OPTIONS, self._template.stops, lead)
        async with asyncio.timeout(_SECONDS):
            said = "".join([piece async for piece in stream])
        whole = stream.finish_reason == "stop" or "\n" in said
        return title_from(said, question.text) if whole else None


def _is_whole(answer: Message) -> bool:
    return answer.role is Role.ASSISTANT and answer.status is MessageStatus.COMPLETE
