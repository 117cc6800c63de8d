"""Shares: a snapshot of the visible branch behind an unguessable link, revocable, copied by whoever goes on with it.

Knows nothing of pages and links: it gives and takes tokens.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, branch, remapped
from assistant.derived_id import derived_id
from assistant.errors import NotFoundError
from assistant.limits import Limits
from assistant.model_catalog import ModelCard, card_for
from assistant.ports import ConversationStore
from assistant.snapshot import Share, Snapshot, SnapshotMessage

_TOKEN_BYTES = 32


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

    async def share(self, owner_id: str, conversation_id: str) -> str:
        """Freeze the visible branch; the token of its link, which is kept nowhere.

        An answer that is still being written is left out. Raises NotFoundError, also when there is nothing to show,
        and TooManySharesError.
        """
        await self._limits.take_share(owner_id)
        return await asyncio.to_thread(self._share, owner_id, conversation_id)

    async def shares(self, owner_id: str, conversation_id: str) -> list[Share]:
        return await asyncio.to_thread(self._store.shares, owner_id, conversation_id)

    async def revoke(self, owner_id: str, share_id: str) -> None:
        await asyncio.to_thread(self._store.revoke_share, owner_id, share_id, self._clock())

    async def read(self, token: str) -> Snapshot:
        """For anybody. Raises NotFoundError when the token is unknown or its share revoked, TooManyMissesError."""
        self._limits.refuse_guesser()
        try:
            return await asyncio.to_thread(self._store.snapshot, _sha256(token))
        except NotFoundError:
            await self._limits.count_miss()
            raise

    async def continue_share(self, owner_id: str, token: str) -> str:
        """Copy the snapshot into the viewer's own list, once however often it is asked; the conversation's id."""
        snapshot = await self.read(token)
        conversation_id = derived_id(owner_id, token)
        conversation, messages = _copied(snapshot, owner_id, conversation_id, self._clock())
        await asyncio.to_thread(self._store.add_conversation, conversation, messages)
        return conversation_id

    def _share(self, owner_id: str, conversation_id: str) -> str:
        conversation = self._store.conversation(owner_id, conversation_id)
        shown = branch(self._store.messages(owner_id, conversation_id), conversation.leaf_id)
        snapshot = self._frozen(conversation, [m for m in shown if m.status is not MessageStatus.STREAMING])
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        share = Share(
            id=self._new_id(),
            conversation_id=conversation_id,
            title=conversation.title,
            created_at=snapshot.shared_at,
        )
        self._store.add_share(owner_id, share, _sha256(token), snapshot)
        return token

    def _frozen(self, conversation: Conversation, shown: list[Message]) -> Snapshot:
        if not shown:
            raise NotFoundError(kind="message")
        models = [m.provenance.model for m in shown if m.provenance is not None]
        card = card_for(models[-1]) if models else self._card()
        return Snapshot(
            title=conversation.title,
            shared_at=self._clock(),
            messages=tuple(
                SnapshotMessage(
                    role=m.role, text=m.text, status=m.status, provenance=m.provenance, attachments=m.attachments
                )
                for m in shown
            ),
            model_name=card.name,
            licence_name=card.licence.name,
            licence_url=card.licence.url,
        )


def _copied(
    snapshot: Snapshot, owner_id: str, conversation_id: str, now: datetime
) -> tuple[Conversation, list[Message]]:
    messages: list[Message] = []
    for position, shown in enumerate(snapshot.messages):
        messages.append(
            Message(
                id=derived_id(conversation_id, str(position)),
                conversation_id=conversation_id,
                parent_id=messages[-1].id if messages else None,
                role=shown.role,
                text=shown.text,
                status=shown.status,
                created_at=now,
                # Of an answer that is not in the snapshot, nor anybody else's business.
                provenance=remapped(shown.provenance, {}),
                attachments=shown.attachments,
            )
        )
    conversation = Conversation(
        id=conversation_id,
        owner_id=owner_id,
        title=snapshot.title,
        created_at=now,
        updated_at=now,
        leaf_id=messages[-1].id,
        options=GenerationOptions(),
        origin="share",
    )
    return conversation, messages


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
