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
        was_kept = self._drafts.pop((owner_id, conversation_id), None)
        if draft.text:
            if was_kept is None:
                self._remember(owner_id, now.date())
            self._drafts[owner_id, conversation_id] = (draft, now)
        return draft

    def forget_drafts(self, unchanged_since: datetime, limit: int) -> int:
        settled = {*self._accounts, *(each.owner_id for each in self._conversations.values())}
        old = sorted(
            (changed_at, place)
            for place, (_, changed_at) in self._drafts.items()
            if changed_at < unchanged_since and place[0] not in settled
        )[:limit]
        for _, (owner_id, conversation_id) in old:
            del self._drafts[owner_id, conversation_id]
            has_more = owner_id in self._agreed or self._presets.get(owner_id)
            if not has_more and not any(owner == owner_id for owner, _ in self._licences):
                self._forget_identity(owner_id)
        return len(old)
