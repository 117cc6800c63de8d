"""Conversations and their messages in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from assistant.conversation import Conversation, GenerationOptions, Message, Shelf, TitleSource
from assistant.errors.app import ConversationBusyError, NotFoundError
from assistant.ports import MESSAGES_AT_ONCE
from assistant.prompt_choice import PromptChoice
from tests.fakes.memory_store.state import MemoryState


class MemoryConversations(MemoryState):
    def conversation(self, owner_id: str, conversation_id: str) -> Conversation:
        return self._of(owner_id, conversation_id)

    def messages(self, owner_id: str, conversation_id: str) -> list[Message]:
        self._of(owner_id, conversation_id)
        own = [message for message in self._messages.values() if message.conversation_id == conversation_id]
        own = [message for message in own if message.id not in self._hidden]
        return sorted(own, key=lambda message: (message.created_at, message.id))

    def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None, shelf: Shelf = Shelf.MAIN
    ) -> list[Conversation]:
        own = [c for c in self._conversations.values() if c.owner_id == owner_id and c.id not in self._deleted]
        own = [c for c in own if shelf_of(c) is shelf]
        listed = sorted(own, key=lambda c: (c.updated_at, c.id), reverse=True)
        return [c for c in listed if before is None or (c.updated_at, c.id) < before][:limit]

    def add_conversation(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        if conversation.id in self._conversations:
            self._of(conversation.owner_id, conversation.id, deleted=True)
            self._deleted.pop(conversation.id, None)
            return
        self._remember(conversation.owner_id, conversation.updated_at.date())
        self._conversations[conversation.id] = conversation
        self._messages |= {message.id: message for message in messages}
        for message in messages:
            self._index(conversation.id, message.id)
        self._index(conversation.id, None)

    def rename(self, owner_id: str, conversation_id: str, title: str, source: TitleSource = TitleSource.PERSON) -> None:
        named_by = self._of(owner_id, conversation_id).title_source
        if source is TitleSource.PERSON or named_by is TitleSource.QUESTION:
            self._change(conversation_id, title=title, title_source=source)
            self._index(conversation_id, None)

    def pin(self, owner_id: str, conversation_id: str, pinned: bool) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, pinned=pinned)

    def archive(self, owner_id: str, conversation_id: str, archived: bool) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, archived=archived)

    def delete_branch(self, owner_id: str, conversation_id: str, message_id: str, leaf_id: str, now: datetime) -> None:
        self._of(owner_id, conversation_id)
        self._message(conversation_id, message_id)
        if active := self._active(conversation_id):
            raise ConversationBusyError(run_id=active.id)
        self._message(conversation_id, leaf_id)
        gone = self._subtree(message_id)
        if leaf_id in gone:
            raise NotFoundError(kind="message")
        self._hidden |= {each: now for each in gone if each not in self._hidden}
        self._show(conversation_id, leaf_id)

    def restore_branch(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        self._of(owner_id, conversation_id)
        branch = self._message(conversation_id, message_id, deleted=True)
        hidden_at = self._hidden.get(message_id)
        if hidden_at is None:
            return
        if branch.parent_id is not None:
            self._message(conversation_id, branch.parent_id)
        for each in self._subtree(message_id):
            if self._hidden.get(each) == hidden_at:
                del self._hidden[each]

    def _subtree(self, message_id: str) -> set[str]:
        following = {message.id for message in self._messages.values() if message.parent_id == message_id}
        return {message_id}.union(*map(self._subtree, following))

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, options=options)

    def set_prompt(self, owner_id: str, conversation_id: str, prompt: PromptChoice) -> None:
        self._of(owner_id, conversation_id)
        self._change(conversation_id, prompt=prompt)

    def select_leaf(self, owner_id: str, conversation_id: str, leaf_id: str) -> None:
        self._of(owner_id, conversation_id)
        self._show(conversation_id, self._message(conversation_id, leaf_id).id)

    def delete(self, owner_id: str, conversation_id: str, now: datetime) -> None:
        self._of(owner_id, conversation_id)
        self._deleted[conversation_id] = now

    def restore(self, owner_id: str, conversation_id: str) -> None:
        self._of(owner_id, conversation_id, deleted=True)
        self._deleted.pop(conversation_id, None)

    def deleted_conversations(self, owner_id: str, limit: int) -> list[Conversation]:
        own = [
            each for each in self._deleted.keys() - self._importing if self._conversations[each].owner_id == owner_id
        ]
        last_first = sorted(own, key=lambda each: (self._deleted[each], each), reverse=True)
        return [self._conversations[each] for each in last_first][:limit]

    def purge_deleted(self, deleted_before: datetime, limit: int = 100) -> int:
        self._forget(each for each, when in self._hidden.items() if when < deleted_before)
        due = [(when, each) for each, when in self._deleted.items() if when < deleted_before]
        return self._delete(self._at_once([each for _, each in sorted(due)][:limit]))

    def delete_unchanged(self, unchanged_since: datetime, limit: int) -> int:
        stays = {
            place for place, kept in self._drafts.items() if kept[1] >= unchanged_since or place[0] in self._accounts
        }
        self._drafts = {place: kept for place, kept in self._drafts.items() if place in stays}
        old = [c for c in self._conversations.values() if c.updated_at < unchanged_since]
        old = [c for c in old if c.owner_id not in self._accounts]
        return self._delete(self._at_once([c.id for c in sorted(old, key=lambda c: (c.updated_at, c.id))][:limit]))

    def delete_owner(self, owner_id: str) -> int:
        self._agreed.pop(owner_id, None)
        self._licences = {key: at for key, at in self._licences.items() if key[0] != owner_id}
        self._presets.pop(owner_id, None)
        self._drafts = {place: kept for place, kept in self._drafts.items() if place[0] != owner_id}
        self._forget_identity(owner_id)
        return self._delete({c.id for c in self._conversations.values() if c.owner_id == owner_id})

    def _at_once(self, ids: Sequence[str]) -> set[str]:
        sizes = Counter(message.conversation_id for message in self._messages.values())
        together = accumulate(sizes[each] for each in ids)
        return set(ids[:1]) | {each for each, size in zip(ids, together, strict=True) if size <= MESSAGES_AT_ONCE}

    def _delete(self, gone: set[str]) -> int:
        for conversation_id in gone:
            del self._conversations[conversation_id]
            self._deleted.pop(conversation_id, None)
        self._importing -= gone
        self._forget(m.id for m in self._messages.values() if m.conversation_id in gone)
        self._drafts = {place: kept for place, kept in self._drafts.items() if place[1] not in gone}
        self._shares = {k: s for k, s in self._shares.items() if s.share.conversation_id not in gone}
        return len(gone)


def shelf_of(conversation: Conversation) -> Shelf:
    if conversation.archived:
        return Shelf.ARCHIVED
    return Shelf.PINNED if conversation.pinned else Shelf.MAIN
