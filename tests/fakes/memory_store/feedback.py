"""Ratings in memory."""

from dataclasses import replace
from datetime import datetime

from assistant.conversation import Feedback, Role
from assistant.errors.app import NotFoundError
from assistant.rated_turn import RatedTurn
from tests.fakes.memory_store.state import MemoryState


class MemoryFeedback(MemoryState):
    def rate(self, owner_id: str, conversation_id: str, message_id: str, feedback: Feedback | None) -> None:
        self._of(owner_id, conversation_id)
        answer = self._message(conversation_id, message_id)
        if answer.role is not Role.ASSISTANT:
            raise NotFoundError(kind="message")
        self._messages[message_id] = replace(answer, feedback=feedback)

    def agreed_to_export(self, owner_id: str) -> datetime | None:
        return self._agreed.get(owner_id)

    def agree_to_export(self, owner_id: str, agreed_at: datetime | None) -> None:
        self._agreed.pop(owner_id, None)
        if agreed_at:
            self._agreed[owner_id] = agreed_at

    def rated_turns(self, limit: int, after: str = "") -> list[RatedTurn]:
        rated = sorted((m for m in self._messages.values() if m.feedback and m.id > after), key=lambda m: m.id)
        shown = [m for m in rated if m.id not in self._hidden and m.conversation_id not in self._deleted]
        made_here = {run.answer_id for run in self._runs.values()}
        shown = [m for m in shown if m.id in made_here]
        agreed = [m for m in shown if self._conversations[m.conversation_id].owner_id in self._agreed]
        return [RatedTurn(question=self._messages[m.parent_id], answer=m) for m in agreed if m.parent_id][:limit]
