"""The store on SQLite and PostgreSQL: what `assistant.ports` asks for, in parts over one database."""

from sqlalchemy import text

from storage.conversations import ConversationTreeStore
from storage.deletion import DeletionStore
from storage.drafts import DraftStore
from storage.feedback import FeedbackStore
from storage.identities import IdentityStore
from storage.imports import ImportStore
from storage.licences import LicenceStore
from storage.presets import PresetStore
from storage.search import SearchStore
from storage.shares import ShareStore
from storage.turns import TurnStore


class SqlConversationStore(
    TurnStore,
    ConversationTreeStore,
    DeletionStore,
    ImportStore,
    ShareStore,
    SearchStore,
    FeedbackStore,
    LicenceStore,
    PresetStore,
    DraftStore,
    IdentityStore,
):
    """Implements `assistant.ports.ConversationStore` and `assistant.identity_port.IdentityStore`."""

    def ping(self) -> None:
        with self._database.read() as session:
            session.execute(text("SELECT 1"))
