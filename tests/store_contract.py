"""All that `assistant.ports` promises of a conversation store, as tests.

A subclass gives the fixture `store`, an empty one; see tests/unit/test_memory_store.py. Each database has its own.
"""

from tests.contract.conversations import ConversationContract
from tests.contract.deletion import DeletionContract
from tests.contract.drafts import DraftContract
from tests.contract.feedback import FeedbackContract
from tests.contract.identities import IdentityContract
from tests.contract.imports import ImportContract
from tests.contract.licences import LicenceContract
from tests.contract.presets import PresetContract
from tests.contract.runs import RunContract
from tests.contract.search import SearchContract
from tests.contract.shares import ShareContract
from tests.contract.shelves import ShelfContract
from tests.contract.turns import TurnContract


class ConversationStoreContract(
    TurnContract,
    RunContract,
    ConversationContract,
    ShelfContract,
    DeletionContract,
    ImportContract,
    ShareContract,
    SearchContract,
    FeedbackContract,
    LicenceContract,
    PresetContract,
    DraftContract,
    IdentityContract,
):
    pass
