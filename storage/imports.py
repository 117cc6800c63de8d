"""Conversations that come in numbers from a file: written hidden, in short transactions, and shown together in one; and
what a newer file adds to those that came before.

A process that dies in between leaves what nobody sees or can restore, and what goes with a purge.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.conversation import Conversation, Message
from assistant.grown_tree import grown_tree
from assistant.search_terms import document_terms
from storage import mapping
from storage.database import Database
from storage.identities import remember
from storage.owned import conversation_of
from storage.search_documents import add_documents
from storage.tables import ConversationRow, MessageRow

_Conversations = Sequence[tuple[Conversation, Sequence[Message]]]
_Document = tuple[str, str | None, list[str]]
_IDS_A_STATEMENT = 500


class ImportStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known_conversations(self, owner_id: str, ids: Collection[str]) -> set[str]:
        with self._database.read() as session:
            return _known(session, ids, owner_id)

    def add_hidden(self, conversations: _Conversations, now: datetime) -> None:
        words = {conversation.id: _words(conversation, messages) for conversation, messages in conversations}
        try:
            with self._database.write() as session:
                _add(session, conversations, words, now)
        except IntegrityError:
            # The same file is being imported at the same time, and the other was quicker: its rows are seen now.
            with self._database.write() as session:
                _add(session, conversations, words, now)

    def reveal(self, owner_id: str, ids: Collection[str]) -> set[str]:
        revealed: set[str] = set()
        with self._database.write() as session:
            for some in _batches(ids):
                hidden = (
                    ConversationRow.id.in_(some),
                    ConversationRow.owner_id == owner_id,
                    ConversationRow.deleted_at.is_not(None),
                )
                shown = update(ConversationRow).where(*hidden).values(deleted_at=None, importing=False)
                revealed.update(session.scalars(shown.returning(ConversationRow.id)))
        return revealed

    def message_ids(self, owner_id: str, conversation_id: str) -> set[str]:
        with self._database.read() as session:
            conversation_of(session, owner_id, conversation_id, deleted=True, importing=True)
            return set(session.scalars(select(MessageRow.id).where(MessageRow.conversation_id == conversation_id)))

    def extend(
        self,
        owner_id: str,
        conversation_id: str,
        messages: Sequence[Message],
        leaf_id: str | None,
        updated_at: datetime,
    ) -> int:
        with self._database.write() as session:
            conversation = conversation_of(session, owner_id, conversation_id, deleted=True, importing=True)
            kept = select(MessageRow.id, MessageRow.parent_id, MessageRow.deleted_at).where(
                MessageRow.conversation_id == conversation_id
            )
            rows = session.execute(kept).all()
            hidden = {row.id for row in rows if row.deleted_at is not None}
            tree = grown_tree({row.id: row.parent_id for row in rows}, hidden, conversation.leaf_id, messages, leaf_id)
            session.add_all([mapping.message_row(message) for message in tree.new])
            session.flush()
            words = [(conversation_id, message.id, document_terms(message.findable)) for message in tree.new]
            add_documents(session, owner_id, words)
            if tree.new:
                conversation.leaf_id = tree.leaf_id
                conversation.updated_at = max(conversation.updated_at, updated_at)
            return len(tree.new)


def _words(conversation: Conversation, messages: Sequence[Message]) -> list[_Document]:
    of_messages = [(conversation.id, message.id, document_terms(message.findable)) for message in messages]
    return [*of_messages, (conversation.id, None, document_terms(conversation.title))]


def _add(session: Session, conversations: _Conversations, words: Mapping[str, list[_Document]], now: datetime) -> None:
    known = _known(session, [conversation.id for conversation, _ in conversations])
    new = [(conversation, messages) for conversation, messages in conversations if conversation.id not in known]
    for owner_id in {conversation.owner_id for conversation, _ in new}:
        remember(session, owner_id, now.date())
    rows = [mapping.conversation_row(conversation) for conversation, _ in new]
    for row in rows:
        row.deleted_at, row.importing = now, True
    session.add_all(rows)
    session.flush()
    # In the order given, in which a parent is before its children.
    session.add_all([mapping.message_row(message) for message in chain.from_iterable(messages for _, messages in new)])
    session.flush()
    for conversation, _ in new:
        add_documents(session, conversation.owner_id, words[conversation.id])


def _known(session: Session, ids: Collection[str], owner_id: str | None = None) -> set[str]:
    found: set[str] = set()
    for some in _batches(ids):
        known = select(ConversationRow.id).where(ConversationRow.id.in_(some))
        if owner_id is not None:
            known = known.where(ConversationRow.owner_id == owner_id)
        found.update(session.scalars(known))
    return found


def _batches(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    for start in range(0, len(listed), _IDS_A_STATEMENT):
        yield listed[start : start + _IDS_A_STATEMENT]
