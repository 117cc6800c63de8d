"""Shares, for whoever makes them: looked at first, then published, updated at the same link, ended.

Knows nothing of pages and links: it gives and takes tokens.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from assistant.errors.app import NotFoundError, ShareDraftChangedError
from assistant.limits import Limits
from assistant.model_catalog import ModelCard
from assistant.passphrase import hash_passphrase
from assistant.ports import ConversationStore
from assistant.share_draft import Draft, Inclusions, make_draft
from assistant.share_link import LinkTokens, ShareLink, link_tokens
from assistant.snapshot import Share, ShareKeys, ShareVersion, Snapshot

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
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._card = card
        self._limits = limits
        self._clock = clock
        self._publishing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def draft(self, owner_id: str, conversation_id: str, chosen: Inclusions) -> Draft:
        """What would be public. Raises NotFoundError, also when there is nothing to show; TooManyExportsError."""
        await self._limits.take_export(owner_id)
        return await asyncio.to_thread(self._draft, owner_id, conversation_id, chosen)

    async def publish(
        self, owner_id: str, conversation_id: str, chosen: Inclusions, terms: Terms, *, seen: str, request: str
    ) -> ShareLink:
        """`seen`: the fingerprint of the draft that its owner has looked at. The same `request`, one of
        `new_request`'s, with all else the same gives the share that it made before.

        Raises ShareDraftChangedError when what would be public is not what was seen, or the share that the request made
        has ended since; what `draft` does; TooManySharesError.
        """
        tokens = link_tokens(request, owner_id, conversation_id, seen, terms.days, terms.view_limit, terms.passphrase)
        # One after the other: the second press of a double click finds what the first one made, whatever changed
        # meanwhile, and takes nothing of what is left of the hour.
        async with self._publishing.setdefault(tokens.share_id, asyncio.Lock()):
            share = await asyncio.to_thread(self._published, owner_id, tokens.share_id)
            if share is None:
                # Before the work, which is that of a preview once more.
                await self._limits.take_export(owner_id)
                draft = await asyncio.to_thread(self._seen_draft, owner_id, conversation_id, chosen, seen)
                await self._limits.take_share(owner_id)
                share = await asyncio.to_thread(self._publish, owner_id, conversation_id, draft.snapshot, terms, tokens)
        return ShareLink(share=share, token=tokens.token, deletion_token=tokens.deletion_token)

    async def preview_update(self, owner_id: str, share_id: str, chosen: Inclusions) -> UpdatePreview:
        """Raises what `draft` does."""
        await self._limits.take_export(owner_id)
        return await asyncio.to_thread(self._preview_update, owner_id, share_id, chosen)

    async def update(self, owner_id: str, share_id: str, chosen: Inclusions, *, seen: str) -> None:
        """Show the conversation as it is now at the same link. Raises ShareDraftChangedError and what `draft` does."""
        await self._limits.take_export(owner_id)
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

    def _published(self, owner_id: str, share_id: str) -> Share | None:
        try:
            share = self._store.share(owner_id, share_id)
        except NotFoundError:
            return None
        if not self.is_open(share):
            raise ShareDraftChangedError
        return share

    def _publish(
        self, owner_id: str, conversation_id: str, snapshot: Snapshot, terms: Terms, tokens: LinkTokens
    ) -> Share:
        share = Share(
            id=tokens.share_id,
            conversation_id=conversation_id,
            title=snapshot.title,
            created_at=snapshot.shared_at,
            expires_at=self._expiry(terms.days),
            view_limit=terms.view_limit,
            has_passphrase=bool(terms.passphrase),
        )
        keys = ShareKeys(
            token_sha256=token_hash(tokens.token),
            deletion_sha256=token_hash(tokens.deletion_token),
            passphrase=hash_passphrase(terms.passphrase) if terms.passphrase else "",
        )
        self._store.add_share(owner_id, share, keys, snapshot)
        return share

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
