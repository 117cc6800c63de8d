"""Conversations and their messages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, tuple_, update

from assistant.conversation import Conversation, GenerationOptions, Message
from storage import mapping
from storage.database import Database
from storage.owned import conversation_of, message_of
from storage.tables import ConversationRow, MessageRow


class ConversationTreeStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def conversation(self, owner_id: str, conversation_id: str) -> Conversation:
        with self._database.read() as session:
            return mapping.conversation(conversation_of(session, owner_id, conversation_id))

    def messages(self, owner_id: str, conversation_id: str) -> list[Message]:
        with self._database.read() as session:
            conversation_of(session, owner_id, conversation_id)
            rows = session.scalars(
                select(MessageRow)
                .where(MessageRow.conversation_id == conversation_id)
                .order_by(MessageRow.created_at, MessageRow.id)
            )
            return [mapping.message(row) for row in rows]

    def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None
    ) -> list[Conversation]:
        listed = (
            select(ConversationRow)
            .where(ConversationRow.owner_id == owner_id, ConversationRow.deleted_at.is_(None))
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            listed = listed.where(tuple_(ConversationRow.updated_at, ConversationRow.id) < before)
        with self._database.read() as session:
            return [mapping.conversation(row) for row in session.scalars(listed)]

    def add_conversation(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        with self._database.write() as session:
            if session.get(ConversationRow, conversation.id):
                # The same copy once more; if its owner deleted it meanwhile, asking again brings it back.
                known = conversation_of(session, conversation.owner_id, conversation.id, deleted=True)
                known.deleted_at = None
                return
            session.add(mapping.conversation_row(conversation))
            session.flush()
            for message in messages:
                session.add(mapping.message_row(message))
                session.flush()

    def rename(self, owner_id: str, conversation_id: str, title: str) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).title = title

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).options = options.model_dump()

    def select_leaf(self, owner_id: str, conversation_id: str, leaf_id: str) -> None:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id)
            conversation.leaf_id = message_of(session, conversation, leaf_id).id

    def delete(self, owner_id: str, conversation_id: str, now: datetime) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).deleted_at = now

    def restore(self, owner_id: str, conversation_id: str) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id, deleted=True).deleted_at = None

    def purge_deleted(self, deleted_before: datetime) -> int:
        old = ConversationRow.deleted_at < deleted_before
        with self._database.write() as session:
            # Loose first: each message goes with its parent, and SQLite follows such a chain for 1000 steps only.
            messages = MessageRow.conversation_id.in_(select(ConversationRow.id).where(old))
            session.execute(update(MessageRow).where(messages).values(parent_id=None))
            return len(session.scalars(delete(ConversationRow).where(old).returning(ConversationRow.id)).all())
