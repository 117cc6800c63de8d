"""The store that the other tests use does what the real ones do."""

import pytest

from assistant.ports import ConversationStore
from tests.fakes.memory_store import MemoryConversationStore
from tests.store_contract import ConversationStoreContract


class TestMemoryStore(ConversationStoreContract):
    @pytest.fixture
    def store(self) -> ConversationStore:
        return MemoryConversationStore()
