"""Conversations and their messages."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.orm import Session

from assistant.conversation import Conversation, GenerationOptions, Message, Shelf, TitleSource
from assistant.errors.app import ConversationBusyError, NotFoundError
from assistant.prompt_choice import PromptChoice
from assistant.search_terms import document_terms
from storage import mapping
from storage.database import Database
from storage.identities import remember
from storage.owned import active_run_of, conversation_of, message_of, show
from storage.search_documents import add_documents, replace_title
from storage.tables import ConversationRow, MessageRow

_ON_SHELF = {
    Shelf.PINNED: [ConversationRow.archived.is_(False), ConversationRow.pinned.is_(True)],
    Shelf.MAIN: [ConversationRow.archived.is_(False), ConversationRow.pinned.is_(False)],
    Shelf.ARCHIVED: [ConversationRow.archived.is_(True)],
}


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
                .where(MessageRow.conversation_id == conversation_id, MessageRow.deleted_at.is_(None))
                .order_by(MessageRow.created_at, MessageRow.id)
            )
            return [mapping.message(row) for row in rows]

    def conversations(
        self, owner_id: str, limit: int, before: tuple[datetime, str] | None = None, shelf: Shelf = Shelf.MAIN
    ) -> list[Conversation]:
        listed = (
            select(ConversationRow)
            .where(ConversationRow.owner_id == owner_id, ConversationRow.deleted_at.is_(None), *_ON_SHELF[shelf])
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            listed = listed.where(tuple_(ConversationRow.updated_at, ConversationRow.id) < before)
        with self._database.read() as session:
            return [mapping.conversation(row) for row in session.scalars(listed)]

    def add_conversation(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        self._database.settle(partial(_add, conversation, messages))

    def rename(self, owner_id: str, conversation_id: str, title: str, source: TitleSource = TitleSource.PERSON) -> None:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id)
            if source is TitleSource.PERSON or conversation.title_source == TitleSource.QUESTION:
                conversation.title, conversation.title_source = title, source
                session.flush()
                replace_title(session, owner_id, conversation_id, title)

    def pin(self, owner_id: str, conversation_id: str, pinned: bool) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).pinned = pinned

    def archive(self, owner_id: str, conversation_id: str, archived: bool) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).archived = archived

    def set_options(self, owner_id: str, conversation_id: str, options: GenerationOptions) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).options = options.model_dump()

    def set_prompt(self, owner_id: str, conversation_id: str, prompt: PromptChoice) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).prompt = mapping.prompt_json(prompt)

    def select_leaf(self, owner_id: str, conversation_id: str, leaf_id: str) -> None:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id)
            show(conversation, message_of(session, conversation, leaf_id).id)

    def delete(self, owner_id: str, conversation_id: str, now: datetime) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id).deleted_at = now

    def restore(self, owner_id: str, conversation_id: str) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, conversation_id, deleted=True).deleted_at = None

    def deleted_conversations(self, owner_id: str, limit: int) -> list[Conversation]:
        deleted = (
            select(ConversationRow)
            .where(ConversationRow.owner_id == owner_id, ConversationRow.deleted_at.is_not(None))
            .where(ConversationRow.importing.is_(False))
            .order_by(ConversationRow.deleted_at.desc(), ConversationRow.id.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            return [mapping.conversation(row) for row in session.scalars(deleted)]

    def delete_branch(self, owner_id: str, conversation_id: str, message_id: str, leaf_id: str, now: datetime) -> None:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id)
            message_of(session, conversation, message_id)
            if active := active_run_of(session, conversation_id):
                raise ConversationBusyError(run_id=active.id)
            leaf = message_of(session, conversation, leaf_id)
            shown = MessageRow.id.in_(_subtree(message_id)), MessageRow.deleted_at.is_(None)
            session.execute(update(MessageRow).where(*shown).values(deleted_at=now))
            session.refresh(leaf)
            if leaf.deleted_at is not None:
                raise NotFoundError(kind="message")
            show(conversation, leaf.id)

    def restore_branch(self, owner_id: str, conversation_id: str, message_id: str) -> None:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id)
            branch = message_of(session, conversation, message_id, deleted=True)
            if branch.deleted_at is None:
                return
            if branch.parent_id is not None:
                message_of(session, conversation, branch.parent_id)
            together = MessageRow.deleted_at == branch.deleted_at
            hidden = MessageRow.id.in_(_subtree(message_id))
            session.execute(update(MessageRow).where(hidden, together).values(deleted_at=None))


def _subtree(message_id: str) -> Select[tuple[str]]:
    """The ids of a message and of all that follows it, hidden or not."""
    top = select(MessageRow.id).where(MessageRow.id == message_id).cte("subtree", recursive=True)
    following = select(MessageRow.id).join(top, MessageRow.parent_id == top.c.id)
    return select(top.union_all(following).c.id)


def _add(conversation: Conversation, messages: Sequence[Message], session: Session) -> None:
    if session.get(ConversationRow, conversation.id):
        # The same copy once more; if its owner deleted it meanwhile, asking again brings it back.
        conversation_of(session, conversation.owner_id, conversation.id, deleted=True).deleted_at = None
        return
    remember(session, conversation.owner_id, conversation.updated_at.date())
    session.add(mapping.conversation_row(conversation))
    session.flush()
    for message in messages:
        session.add(mapping.message_row(message))
        session.flush()
    texts = [*((message.id, message.findable) for message in messages), (None, conversation.title)]
    documents = [(conversation.id, message_id, document_terms(text)) for message_id, text in texts]
    add_documents(session, conversation.owner_id, documents)
