"""Shares in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from assistant.errors.app import NotFoundError
from assistant.snapshot import OpenShare, Share, ShareKeys, ShareVersion, Snapshot
from tests.fakes.memory_store.state import KeptShare, MemoryState


class MemoryShares(MemoryState):
    def add_share(self, owner_id: str, share: Share, keys: ShareKeys, snapshot: Snapshot) -> None:
        self._of(owner_id, share.conversation_id)
        kept = KeptShare(replace(share, has_passphrase=bool(keys.passphrase)), keys, [snapshot])
        self._shares.setdefault(share.id, kept)

    def share(self, owner_id: str, share_id: str) -> Share:
        return self._share_of(owner_id, share_id).share

    def shares(self, owner_id: str, conversation_id: str | None = None) -> list[Share]:
        if conversation_id is not None:
            self._of(owner_id, conversation_id)
        own = [
            kept.share
            for kept in self._shares.values()
            if self._is_own(owner_id, kept.share) and conversation_id in (None, kept.share.conversation_id)
        ]
        return sorted(sorted(own, key=lambda share: share.id), key=lambda share: share.created_at, reverse=True)

    def update_share(self, owner_id: str, share_id: str, snapshot: Snapshot) -> None:
        kept = self._share_of(owner_id, share_id)
        if snapshot.shows_the_same_as(kept.versions[-1]):
            return
        kept.versions.append(snapshot)
        kept.share = replace(kept.share, title=snapshot.title, version=len(kept.versions))

    def share_versions(self, owner_id: str, share_id: str) -> list[ShareVersion]:
        earlier = self._share_of(owner_id, share_id).versions[:-1]
        return [ShareVersion(number, snapshot.shared_at) for number, snapshot in enumerate(earlier, 1)][::-1]

    def share_version(self, owner_id: str, share_id: str, number: int) -> Snapshot:
        versions = self._share_of(owner_id, share_id).versions
        if not 1 <= number <= len(versions):
            raise NotFoundError(kind="share")
        return versions[number - 1]

    def set_share_expiry(self, owner_id: str, share_id: str, expires_at: datetime | None) -> None:
        kept = self._share_of(owner_id, share_id)
        kept.share = replace(kept.share, expires_at=expires_at)

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None:
        _revoke(self._share_of(owner_id, share_id), now)

    def revoke_share_by(self, deletion_sha256: str, now: datetime) -> None:
        _revoke(self._by(lambda keys: bool(deletion_sha256) and keys.deletion_sha256 == deletion_sha256), now)

    def open_share(self, token_sha256: str, now: datetime) -> OpenShare:
        kept = self._by(lambda keys: keys.token_sha256 == token_sha256)
        share = kept.share
        if not replace(share, view_limit=None).is_open(now):
            raise NotFoundError(kind="share")
        return OpenShare(
            id=share.id,
            version=share.version,
            passphrase=kept.keys.passphrase,
            views_left=None if share.view_limit is None else max(0, share.view_limit - share.views),
            secret=kept.keys.deletion_sha256,
        )

    def count_views(self, share_id: str, views: int) -> int:
        with self._lock:
            kept = self._shares.get(share_id)
            if kept is None:
                return 0
            limit = kept.share.view_limit
            counted = views if limit is None else max(0, min(views, limit - kept.share.views))
            kept.share = replace(kept.share, views=kept.share.views + counted)
            return counted

    def snapshot(self, token_sha256: str) -> Snapshot:
        kept = self._by(lambda keys: keys.token_sha256 == token_sha256)
        if kept.share.revoked_at:
            raise NotFoundError(kind="share")
        return kept.versions[-1]

    def _by(self, key: Callable[[ShareKeys], bool]) -> KeptShare:
        for kept in self._shares.values():
            if key(kept.keys) and kept.share.conversation_id not in self._deleted:
                return kept
        raise NotFoundError(kind="share")

    def _share_of(self, owner_id: str, share_id: str) -> KeptShare:
        kept = self._shares.get(share_id)
        if kept is None or not self._is_own(owner_id, kept.share):
            raise NotFoundError(kind="share")
        return kept

    def _is_own(self, owner_id: str, share: Share) -> bool:
        conversation = self._conversations[share.conversation_id]
        return conversation.owner_id == owner_id and share.conversation_id not in self._deleted


def _revoke(kept: KeptShare, now: datetime) -> None:
    kept.share = replace(kept.share, revoked_at=kept.share.revoked_at or now)
