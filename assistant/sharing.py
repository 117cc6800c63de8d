"""Shares, for whoever makes them: looked at first, then published, updated at the same link, ended.

Knows nothing of pages and links: it gives and takes tokens.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.errors.app import NotFoundError, ShareDraftChangedError
from assistant.limits import Limits
from assistant.model_catalog import ModelCard
from assistant.passphrase import hash_passphrase
from assistant.ports import ConversationStore
from assistant.share_draft import Draft, Inclusions, make_draft
from assistant.snapshot import Share, ShareKeys, ShareVersion, Snapshot

_TOKEN_BYTES = 32
DAYS = (1, 7, 30, 90)
"""For which a link may work, beside for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For how long and for whom a link works."""

    days: int | None = 30
    """None for ever."""
    view_limit: int | None = None
    passphrase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """What was just published. The tokens are kept nowhere."""

    share: Share
    token: str
    deletion_token: str
    """Ends the share, also for somebody who has lost everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePreview:
    share: Share
    draft: Draft
    """What it would show."""


class SharingService:
    def __init__(
        self,
        store: ConversationStore,
        card: Callable[[], ModelCard],
        limits: Limits,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._card = card
        self._limits = limits
        self._new_id = new_id
        self._clock = clock

    async def draft(self, owner_id: str, conversation_id: str, chosen: Inclusions) -> Draft:
        """What would be public. Raises NotFoundError, also when there is nothing to show."""
        return await asyncio.to_thread(self._draft, owner_id, conversation_id, chosen)

    async def publish(
        self, owner_id: str, conversation_id: str, chosen: Inclusions, terms: Terms, *, seen: str
    ) -> ShareLink:
        """`seen`: the fingerprint of the draft that its owner has looked at. Raises ShareDraftChangedError when what
        would be public is not that, NotFoundError as `draft`, and TooManySharesError."""
        snapshot = (await asyncio.to_thread(self._seen_draft, owner_id, conversation_id, chosen, seen)).snapshot
        await self._limits.take_share(owner_id)
        return await asyncio.to_thread(self._publish, owner_id, conversation_id, snapshot, terms)

    async def preview_update(self, owner_id: str, share_id: str, chosen: Inclusions) -> UpdatePreview:
        return await asyncio.to_thread(self._preview_update, owner_id, share_id, chosen)

    async def update(self, owner_id: str, share_id: str, chosen: Inclusions, *, seen: str) -> None:
        """Show the conversation as it is now at the same link. Raises what `publish` does."""
        await asyncio.to_thread(self._update, owner_id, share_id, chosen, seen)

    async def shares(self, owner_id: str) -> list[Share]:
        """All of one person's, newest first, ended ones too."""
        return await asyncio.to_thread(self._store.shares, owner_id)

    async def versions(self, owner_id: str, share_id: str) -> list[ShareVersion]:
        """The earlier ones, newest first."""
        return await asyncio.to_thread(self._store.share_versions, owner_id, share_id)

    async def version(self, owner_id: str, share_id: str, number: int) -> Snapshot:
        return await asyncio.to_thread(self._store.share_version, owner_id, share_id, number)

    async def set_expiry(self, owner_id: str, share_id: str, days: int | None) -> None:
        """From now on; a share that has expired works again."""
        await asyncio.to_thread(self._store.set_share_expiry, owner_id, share_id, self._expiry(days))

    async def revoke(self, owner_id: str, share_id: str) -> None:
        await asyncio.to_thread(self._store.revoke_share, owner_id, share_id, self._clock())

    async def revoke_by(self, deletion_token: str) -> None:
        """For whoever has the deletion link. Raises NotFoundError, TooManyMissesError."""
        self._limits.refuse_guesser()
        try:
            await asyncio.to_thread(self._store.revoke_share_by, token_hash(deletion_token), self._clock())
        except NotFoundError:
            await self._limits.count_miss()
            raise

    def is_open(self, share: Share) -> bool:
        return share.is_open(self._clock())

    # Inside

    def _draft(self, owner_id: str, conversation_id: str, chosen: Inclusions) -> Draft:
        conversation = self._store.conversation(owner_id, conversation_id)
        messages = self._store.messages(owner_id, conversation_id)
        return make_draft(conversation, messages, chosen, self._card(), self._clock())

    def _seen_draft(self, owner_id: str, conversation_id: str, chosen: Inclusions, seen: str) -> Draft:
        draft = self._draft(owner_id, conversation_id, chosen)
        if draft.fingerprint != seen:
            raise ShareDraftChangedError
        return draft

    def _publish(self, owner_id: str, conversation_id: str, snapshot: Snapshot, terms: Terms) -> ShareLink:
        token, deletion_token = (secrets.token_urlsafe(_TOKEN_BYTES) for _ in range(2))
        share = Share(
            id=self._new_id(),
            conversation_id=conversation_id,
            title=snapshot.title,
            created_at=snapshot.shared_at,
            expires_at=self._expiry(terms.days),
            view_limit=terms.view_limit,
            has_passphrase=bool(terms.passphrase),
        )
        keys = ShareKeys(
            token_sha256=token_hash(token),
            deletion_sha256=token_hash(deletion_token),
            passphrase=hash_passphrase(terms.passphrase) if terms.passphrase else "",
        )
        self._store.add_share(owner_id, share, keys, snapshot)
        return ShareLink(share=share, token=token, deletion_token=deletion_token)

    def _preview_update(self, owner_id: str, share_id: str, chosen: Inclusions) -> UpdatePreview:
        share = self._store.share(owner_id, share_id)
        return UpdatePreview(share=share, draft=self._draft(owner_id, share.conversation_id, chosen))

    def _update(self, owner_id: str, share_id: str, chosen: Inclusions, seen: str) -> None:
        share = self._store.share(owner_id, share_id)
        snapshot = self._seen_draft(owner_id, share.conversation_id, chosen, seen).snapshot
        self._store.update_share(owner_id, share_id, snapshot)

    def _expiry(self, days: int | None) -> datetime | None:
        return None if days is None else self._clock() + timedelta(days=days)


def token_hash(token: str) -> str:
    """A plain hash is enough for what cannot be guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
