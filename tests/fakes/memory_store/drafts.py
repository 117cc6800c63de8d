"""Drafts in memory."""

from datetime import datetime

from assistant.draft import Draft
from tests.fakes.memory_store.state import MemoryState


class MemoryDrafts(MemoryState):
    def draft(self, owner_id: str, conversation_id: str | None) -> Draft:
        if conversation_id is not None:
            self._of(owner_id, conversation_id)
        return self._drafts.get((owner_id, conversation_id), (Draft(), None))[0]

    def keep_draft(
        self, owner_id: str, conversation_id: str | None, draft: Draft, *, seen: str, now: datetime
    ) -> Draft:
        known = self.draft(owner_id, conversation_id)
        if known.version not in ("", seen):
            return known
        self._drafts.pop((owner_id, conversation_id), None)
        if draft.text:
            self._drafts[owner_id, conversation_id] = (draft, now)
        return draft
