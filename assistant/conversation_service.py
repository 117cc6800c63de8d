"""Conversations as things that are kept: opened, listed, named, ordered, branched, forked, deleted.

Each method takes the owner; what is not theirs is not found. Knows nothing of pages, tables or engines.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.conversation import (
    Conversation,
    GenerationOptions,
    Message,
    MessageStatus,
    Run,
    Shelf,
    branch,
    find_message,
    last_leaf,
    remapped,
    versions_of,
)
from assistant.derived_id import derived_id
from assistant.errors.app import NotFoundError
from assistant.errors.input import LastVersionError
from assistant.ports import ConversationStore
from assistant.rerun import Rerun, rerun_of
from assistant.runs import Runs
from assistant.typed_text import title_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation as it is shown: the visible branch, with the versions at each message."""

    conversation: Conversation
    messages: list[Message]
    versions: dict[str, list[str]]
    """Message id → ids of all its versions, oldest first, itself among them."""
    reruns: dict[str, Rerun]
    """Message id → how it compares with the version that it repeats, where it does."""
    active_run: Run | None
    left_out: int = 0
    """Messages before these; a page need not show all of a long branch."""
    earlier_id: str | None = None
    """The message that more of them would begin with."""


class ConversationService:
    def __init__(self, store: ConversationStore, runs: Runs, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._runs = runs
        self._clock = clock

    # Looking

    async def open(self, owner_id: str, conversation_id: str) -> ConversationView:
        return await asyncio.to_thread(self._open, owner_id, conversation_id)

    async def conversation(self, owner_id: str, conversation_id: str) -> Conversation:
        """Without its messages, of which there may be many."""
        return await asyncio.to_thread(self._store.conversation, owner_id, conversation_id)

    async def message(self, owner_id: str, conversation_id: str, message_id: str) -> Message:
        messages = await asyncio.to_thread(self._store.messages, owner_id, conversation_id)
        return find_message(messages, message_id)

    async def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None, shelf: Shelf = Shelf.MAIN
    ) -> list[Conversation]:
        """Newest first; `before` is `(updated_at, id)` of the last one of the page before."""
        return await asyncio.to_thread(self._store.conversations, owner_id, limit, before, shelf)

    async def deleted(self, owner_id: str, limit: int) -> list[Conversation]:
        """What can still be restored, the last deleted first."""
        return await asyncio.to_thread(self._store.deleted_conversations, owner_id, limit)

    # Order

    async def rename(self, owner_id: str, conversation_id: str, title: str) -> None:
        """A blank title leaves the name as it is."""
        if title.strip():
            await asyncio.to_thread(self._store.rename, owner_id, conversation_id, title_of(title))

    async def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None:
        await asyncio.to_thread(self._store.set_options, owner_id, conversation_id, options)

    async def pin(self, owner_id: str, conversation_id: str, pinned: bool) -> None:
        await asyncio.to_thread(self._store.pin, owner_id, conversation_id, pinned)

    async def archive(self, owner_id: str, conversation_ids: Sequence[str], archived: bool) -> None:
        for conversation_id in conversation_ids:
            await asyncio.to_thread(self._store.archive, owner_id, conversation_id, archived)

    async def delete(self, owner_id: str, conversation_ids: Sequence[str]) -> None:
        """Hidden at once, their shares with them, running answers stopped; `restore` brings them back for an hour."""
        for conversation_id in conversation_ids:
            await self._runs.stop_in(owner_id, conversation_id)
            await asyncio.to_thread(self._store.delete, owner_id, conversation_id, self._clock())

    async def restore(self, owner_id: str, conversation_ids: Sequence[str]) -> None:
        for conversation_id in conversation_ids:
            await asyncio.to_thread(self._store.restore, owner_id, conversation_id)

    async def delete_everything(self, owner_id: str) -> int:
        """All that is kept of one person, at once and for good, running answers stopped; how many conversations."""
        for run in await asyncio.to_thread(self._store.active_runs, owner_id):
            await self._runs.stop(run.id)
        return await asyncio.to_thread(self._store.delete_owner, owner_id)

    # Branches

    async def select_version(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Show the branch through this version of a message: the one that was shown last, or the newest."""
        conversation = await asyncio.to_thread(self._store.conversation, owner_id, conversation_id)
        messages = await asyncio.to_thread(self._store.messages, owner_id, conversation_id)
        leaf_id = last_leaf(messages, message_id, conversation.left_leaves)
        await asyncio.to_thread(self._store.select_leaf, owner_id, conversation_id, leaf_id)

    async def reveal(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Show a branch with this message: the one that is shown, where it is on it."""
        shown = await self.open(owner_id, conversation_id)
        if message_id not in (message.id for message in shown.messages):
            await self.select_version(owner_id, conversation_id, message_id)

    async def delete_branch(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Hide one version of a message with all that follows it, and show its neighbour; `restore_branch` undoes it.

        Raises LastVersionError where there is no other version, ConversationBusyError while an answer is written.
        """
        messages = await asyncio.to_thread(self._store.messages, owner_id, conversation_id)
        versions = versions_of(messages)[find_message(messages, message_id).id]
        others = [other.id for other in versions if other.id != message_id]
        if not others:
            raise LastVersionError
        conversation = await asyncio.to_thread(self._store.conversation, owner_id, conversation_id)
        leaf_id = last_leaf(messages, others[-1], conversation.left_leaves)
        await asyncio.to_thread(
            self._store.delete_branch, owner_id, conversation_id, message_id, leaf_id, self._clock()
        )

    async def restore_branch(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        """Bring a deleted version back, and show it."""
        await asyncio.to_thread(self._store.restore_branch, owner_id, conversation_id, message_id)
        await self.select_version(owner_id, conversation_id, message_id)

    async def fork(self, owner_id: str, conversation_id: str, message_id: str, *, client_request_id: str) -> str:
        """Copy the branch down to this message into a new conversation, once a request; its id."""
        return await asyncio.to_thread(self._fork, owner_id, conversation_id, message_id, client_request_id)

    # Inside

    def _open(self, owner_id: str, conversation_id: str) -> ConversationView:
        conversation = self._store.conversation(owner_id, conversation_id)
        messages = self._store.messages(owner_id, conversation_id)
        shown = branch(messages, conversation.leaf_id)
        versions = versions_of(messages)
        reruns = {m.id: rerun_of(versions[m.id], m) for m in shown}
        return ConversationView(
            conversation=conversation,
            messages=shown,
            versions={m.id: [version.id for version in versions[m.id]] for m in shown},
            reruns={each: rerun for each, rerun in reruns.items() if rerun},
            active_run=self._store.active_run(owner_id, conversation_id),
        )

    def _fork(self, owner_id: str, conversation_id: str, message_id: str, request_id: str) -> str:
        original = self._store.conversation(owner_id, conversation_id)
        shown = branch(self._store.messages(owner_id, conversation_id), message_id)
        finished = [message for message in shown if message.status is not MessageStatus.STREAMING]
        if not finished:
            raise NotFoundError(kind="message")
        fork_id = derived_id(owner_id, request_id, conversation_id)
        copies = _copies(finished, fork_id)
        now = self._clock()
        fork = replace(
            original,
            id=fork_id,
            created_at=now,
            updated_at=now,
            leaf_id=copies[-1].id,
            left_leaves=(),
            origin="fork",
            pinned=False,
        )
        self._store.add_conversation(fork, copies)
        return fork_id


def _copies(shown: Sequence[Message], conversation_id: str) -> list[Message]:
    """A branch, with ids of its own, in another conversation."""
    ids = {message.id: derived_id(conversation_id, message.id) for message in shown}
    return [
        replace(
            message,
            id=ids[message.id],
            conversation_id=conversation_id,
            parent_id=ids[message.parent_id] if message.parent_id is not None else None,
            provenance=remapped(message.provenance, ids),
            # A rating is of the original.
            feedback=None,
        )
        for message in shown
    ]
