"""Conversations of a file in memory: hidden first, shown together."""

from collections.abc import Collection, Sequence
from datetime import datetime

from assistant.conversation import Conversation, Message
from assistant.grown_tree import grown_tree
from tests.fakes.memory_store.state import MemoryState


class MemoryImports(MemoryState):
    def known_conversations(self, owner_id: str, ids: Collection[str]) -> set[str]:
        return {each for each in ids if (c := self._conversations.get(each)) and c.owner_id == owner_id}

    def add_hidden(self, conversations: Sequence[tuple[Conversation, Sequence[Message]]], now: datetime) -> None:
        for conversation, messages in conversations:
            if conversation.id in self._conversations:
                continue
            self._remember(conversation.owner_id, now.date())
            self._conversations[conversation.id] = conversation
            self._messages |= {message.id: message for message in messages}
            for message in messages:
                self._index(conversation.id, message.id)
            self._index(conversation.id, None)
            self._deleted[conversation.id] = now
            self._importing.add(conversation.id)

    def message_ids(self, owner_id: str, conversation_id: str) -> set[str]:
        self._of(owner_id, conversation_id, deleted=True, importing=True)
        return {message.id for message in self._messages.values() if message.conversation_id == conversation_id}

    def extend(
        self,
        owner_id: str,
        conversation_id: str,
        messages: Sequence[Message],
        leaf_id: str | None,
        updated_at: datetime,
    ) -> int:
        conversation = self._of(owner_id, conversation_id, deleted=True, importing=True)
        parents = {each: self._messages[each].parent_id for each in self.message_ids(owner_id, conversation_id)}
        tree = grown_tree(parents, self._hidden, conversation.leaf_id, messages, leaf_id)
        self._messages |= {message.id: message for message in tree.new}
        for message in tree.new:
            self._index(conversation_id, message.id)
        if tree.new:
            newest = max(conversation.updated_at, updated_at)
            self._change(conversation_id, leaf_id=tree.leaf_id, updated_at=newest)
        return len(tree.new)

    def reveal(self, owner_id: str, ids: Collection[str]) -> set[str]:
        hidden = self.known_conversations(owner_id, ids) & self._deleted.keys()
        for each in hidden:
            del self._deleted[each]
        self._importing -= hidden
        return hidden
