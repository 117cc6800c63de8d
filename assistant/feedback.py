"""What people think of answers, and whether the operator may have it; the one place for the rules of both."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from assistant.conversation import Feedback, Vote
from assistant.errors.input import InputError, MessageTooLongError
from assistant.ports import ConversationStore
from assistant.typed_text import storable

REASONS: dict[Vote, tuple[str, ...]] = {
    Vote.UP: ("correct", "clear", "useful"),
    Vote.DOWN: ("wrong", "incomplete", "off_topic", "too_long", "unsafe"),
}
"""Keys; their words are in `assistant.locales` under "feedback"."""
LONGEST_COMMENT = 2000


class FeedbackService:
    def __init__(self, store: ConversationStore, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def rate(
        self,
        owner_id: str,
        conversation_id: str,
        message_id: str,
        vote: Vote,
        *,
        reason: str = "",
        comment: str = "",
    ) -> None:
        """In place of what was said before. Raises NotFoundError, InputError, MessageTooLongError."""
        if reason and reason not in REASONS[vote]:
            raise InputError
        comment = storable(comment.strip())
        if len(comment) > LONGEST_COMMENT:
            raise MessageTooLongError(size=len(comment), limit=LONGEST_COMMENT, unit="characters")
        feedback = Feedback(vote=vote, reason=reason, comment=comment, given_at=self._clock())
        await asyncio.to_thread(self._store.rate, owner_id, conversation_id, message_id, feedback)

    async def take_back(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        await asyncio.to_thread(self._store.rate, owner_id, conversation_id, message_id, None)

    async def agrees_to_export(self, owner_id: str) -> bool:
        return await asyncio.to_thread(self._store.agreed_to_export, owner_id) is not None

    async def set_agreement(self, owner_id: str, agrees: bool) -> None:
        """To the operator's export of this person's rated turns, until they say otherwise."""
        agreed_at = self._clock() if agrees else None
        await asyncio.to_thread(self._store.agree_to_export, owner_id, agreed_at)
