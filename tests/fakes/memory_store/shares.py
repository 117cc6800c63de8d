"""Shares in memory."""

from dataclasses import replace
from datetime import datetime

from assistant.errors import NotFoundError
from assistant.snapshot import Share, Snapshot
from tests.fakes.memory_store.state import MemoryState


class MemoryShares(MemoryState):
    def add_share(self, owner_id: str, share: Share, token_sha256: str, snapshot: Snapshot) -> None:
        self._of(owner_id, share.conversation_id)
        self._shares[token_sha256] = (share, snapshot)

    def shares(self, owner_id: str, conversation_id: str) -> list[Share]:
        self._of(owner_id, conversation_id)
        own = [share for share, _ in self._shares.values() if share.conversation_id == conversation_id]
        return sorted(own, key=lambda share: share.created_at, reverse=True)

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None:
        for token, (share, snapshot) in self._shares.items():
            own = self._conversations[share.conversation_id].owner_id == owner_id
            if share.id == share_id and own and share.conversation_id not in self._deleted:
                self._shares[token] = (replace(share, revoked_at=share.revoked_at or now), snapshot)
                return
        raise NotFoundError(kind="share")

    def snapshot(self, token_sha256: str) -> Snapshot:
        share, snapshot = self._shares.get(token_sha256, (None, None))
        if share is None or snapshot is None or share.revoked_at or share.conversation_id in self._deleted:
            raise NotFoundError(kind="share")
        return snapshot
