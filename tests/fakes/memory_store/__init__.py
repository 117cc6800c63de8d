"""The conversation store in memory: the twin of storage's, small enough to be seen to be right."""

from tests.fakes.memory_store.conversations import MemoryConversations
from tests.fakes.memory_store.shares import MemoryShares
from tests.fakes.memory_store.turns import MemoryTurns


class MemoryConversationStore(MemoryTurns, MemoryConversations, MemoryShares):
    def ping(self) -> None:
        """Always there."""
