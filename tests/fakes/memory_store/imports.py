"""Conversations of a file in memory: hidden first, shown together."""

from collections.abc import Collection, Sequence
from datetime import datetime

from assistant.conversation import Conversation, Message
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

    def reveal(self, owner_id: str, ids: Collection[str]) -> int:
        hidden = self.known_conversations(owner_id, ids) & self._deleted.keys()
        for each in hidden:
            del self._deleted[each]
        return len(hidden)
