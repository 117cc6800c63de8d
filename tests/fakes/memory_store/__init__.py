"""The conversation store in memory: the twin of storage's, small enough to be seen to be right."""

from tests.fakes.memory_store.conversations import MemoryConversations
from tests.fakes.memory_store.drafts import MemoryDrafts
from tests.fakes.memory_store.feedback import MemoryFeedback
from tests.fakes.memory_store.identities import MemoryIdentities
from tests.fakes.memory_store.imports import MemoryImports
from tests.fakes.memory_store.licences import MemoryLicences
from tests.fakes.memory_store.presets import MemoryPresets
from tests.fakes.memory_store.search import MemorySearch
from tests.fakes.memory_store.shares import MemoryShares
from tests.fakes.memory_store.turns import MemoryTurns


class MemoryConversationStore(
    MemoryTurns,
    MemoryConversations,
    MemoryImports,
    MemoryShares,
    MemorySearch,
    MemoryFeedback,
    MemoryLicences,
    MemoryPresets,
    MemoryDrafts,
    MemoryIdentities,
):
    def ping(self) -> None:
        """Always there."""
