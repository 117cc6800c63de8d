"""How much of the model's window a question would take while it is still being written.

Cheap enough for every pause in typing: what stands before the question is counted once. Knows nothing of pages.
"""

import asyncio
from dataclasses import dataclass

from assistant.conversation import MessageStatus, branch, find_message
from assistant.engine import Engine, ReadyEngine
from assistant.newest import Newest
from assistant.ports import ConversationStore
from assistant.prompt_choice import SUITED_PROMPT, PromptChoice
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.window_use import CountedHistory, WindowUse

_MOST_HISTORIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A question in the box, and where it would stand."""

    conversation_id: str | None = None
    leaf_id: str | None = None
    """What it would follow."""
    editing_id: str | None = None
    """The question that it would stand beside instead."""
    text: str = ""
    file_tokens: int = 0
    answer_room: int | None = None
    """What is asked for; None for what the conversation was set to, or what suits the model."""
    prompt: PromptChoice | None = None
    """None for the conversation's."""


@dataclass(frozen=True, slots=True)
class Measured:
    use: WindowUse
    is_estimate: bool
    """The engine does not count tokens."""


class ContextMeter:
    def __init__(self, store: ConversationStore, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._histories: Newest[tuple[str | None, ...], CountedHistory] = Newest(_MOST_HISTORIES)

    async def measure(self, owner_id: str, draft: Draft) -> Measured | None:
        """None: there is no model yet to count by. Raises NotFoundError, StorageError, EngineError, and PromptError and
        InputError where the model cannot be prompted so."""
        ready = self._engine.if_ready
        return await asyncio.to_thread(self._measure, owner_id, draft, ready) if ready else None

    def _measure(self, owner_id: str, draft: Draft, ready: ReadyEngine) -> Measured:
        prompt, room = SUITED_PROMPT, ready.model.card.options.max_new_tokens
        if draft.conversation_id is not None:
            conversation = self._store.conversation(owner_id, draft.conversation_id)
            prompt, room = conversation.prompt, conversation.options.max_new_tokens
        assembler = ready.prompts.assembler(draft.prompt or prompt)
        history = self._history(owner_id, draft, assembler, ready.model.revision)
        asked_room = room if draft.answer_room is None else draft.answer_room
        use = assembler.measure(history, draft.text, draft.file_tokens, asked_room)
        return Measured(use, is_estimate=not ready.model.counts_tokens)

    def _history(self, owner_id: str, draft: Draft, assembler: PromptAssembler, revision: str) -> CountedHistory:
        if draft.conversation_id is None:
            return CountedHistory((), 0)
        counted_with = (assembler.template.sha256, revision)
        key = (owner_id, draft.conversation_id, draft.leaf_id, draft.editing_id, *counted_with)
        if known := self._histories.get(key):
            return known
        messages = self._store.messages(owner_id, draft.conversation_id)
        follows = find_message(messages, draft.editing_id).parent_id if draft.editing_id else draft.leaf_id
        shown = branch(messages, follows)
        history = assembler.count_history(shown)
        if all(message.status is not MessageStatus.STREAMING for message in shown):
            self._histories[key] = history
        return history
