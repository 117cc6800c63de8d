"""Drafts: what is typed outlives reloads, restarts and other browsers' tabs, until it is sent.

Each method takes the owner; a conversation that is not theirs is not found. Knows nothing of pages or tables.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from assistant.draft import Draft
from assistant.errors.input import MessageTooLongError
from assistant.limits import Limits
from assistant.ports import ConversationStore
from assistant.typed_text import storable


class DraftService:
    """`limit`: characters of a message; None for a conversation is the new chat."""

    def __init__(
        self,
        store: ConversationStore,
        limits: Limits,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        limit: int,
    ) -> None:
        self._store = store
        self._limits = limits
        self._new_id = new_id
        self._clock = clock
        self._limit = limit

    async def draft(self, owner_id: str, conversation_id: str | None) -> Draft:
        return await asyncio.to_thread(self._store.draft, owner_id, conversation_id)

    async def keep(self, owner_id: str, conversation_id: str | None, text: str, seen: str) -> tuple[Draft, bool]:
        """What is kept now, and whether it is this text: one of another version than `seen` is left alone.

        Raises MessageTooLongError, LimitError.
        """
        self._limits.take_request(owner_id)
        if len(text) > self._limit:
            raise MessageTooLongError(size=len(text), limit=self._limit, unit="characters")
        draft = Draft(storable(text), self._new_id() if text else "")
        known = await self.draft(owner_id, conversation_id)
        await self._limits.take_draft(owner_id, len(draft.text) - len(known.text))
        kept = await asyncio.to_thread(
            self._store.keep_draft, owner_id, conversation_id, draft, seen=seen, now=self._clock()
        )
        return kept, kept.text == draft.text
