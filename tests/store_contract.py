"""All that `assistant.ports` promises of a conversation store, as tests.

A subclass gives the fixture `store`, an empty one; see tests/unit/test_memory_store.py. Each database has its own.
"""

from tests.contract.conversations import ConversationContract
from tests.contract.shares import ShareContract
from tests.contract.turns import TurnContract


class ConversationStoreContract(TurnContract, ConversationContract, ShareContract):
    pass
