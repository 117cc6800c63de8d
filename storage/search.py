"""Messages and titles found by their words, the newest first."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from assistant.conversation import MessageStatus, Role
from assistant.search_query import SearchHit, SearchQuery
from assistant.search_terms import QueryTerm, query_terms
from storage import mapping
from storage.database import Database
from storage.search_documents import add_document, owner_term
from storage.search_tables import SQLITE_INDEX, SearchDocumentRow
from storage.tables import ConversationRow, MessageRow, ShareRow

_Found = tuple[int, ConversationRow, MessageRow]
_INDEX = table(SQLITE_INDEX, column("rowid"))
_NEAR = 20_000
"""Documents, read in some 30 ms."""


class SearchStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, owner_id: str, query: SearchQuery, limit: int, before: int | None = None) -> list[SearchHit]:
        terms = query_terms(query.text)
        if not terms:
            return []
        asked = [QueryTerm(owner_term(owner_id)), *terms]
        wanted = [ConversationRow.owner_id == owner_id, *_filters(query)]
        with self._database.read() as session:
            find = _found_by_postgres if session.get_bind().dialect.name == "postgresql" else _found_by_sqlite
            return [_hit(*row) for row in find(session, asked, wanted, limit, before)]

    def index_missing(self, limit: int) -> int:
        # A title is written with its conversation, so one without is from before.
        title = exists().where(
            SearchDocumentRow.conversation_id == ConversationRow.id, SearchDocumentRow.message_id.is_(None)
        )
        by_age = select(ConversationRow.id).order_by(ConversationRow.updated_at, ConversationRow.id)
        with self._database.read() as session:
            missing = session.scalars(by_age.where(~title).limit(limit)).all()
        if missing:
            with self._database.write() as session:
                for conversation_id in missing:
                    _index_all(session, conversation_id)
        return len(missing)


def _found_by_sqlite(
    session: Session, terms: list[QueryTerm], wanted: list[ColumnElement[bool]], limit: int, before: int | None
) -> Sequence[Row[*_Found]]:
    """In the index's own order, which it can give backwards: a common word costs no more than its first page."""
    position = _INDEX.c.rowid
    found = select(position, ConversationRow, MessageRow).select_from(_INDEX)
    found = found.join(SearchDocumentRow, SearchDocumentRow.id == position)
    found = found.where(literal_column(SQLITE_INDEX).op("MATCH")(literal(_fts5_query(terms))))
    if before is not None:
        found = found.where(position < before)
    return session.execute(_shown(found).where(*wanted).order_by(position.desc()).limit(limit)).all()


def _found_by_postgres(
    session: Session, terms: list[QueryTerm], wanted: list[ColumnElement[bool]], limit: int, before: int | None
) -> Sequence[Row[*_Found]]:
    """Its index of words has no order, and how rare a word is it often does not know. So the newest documents are read
    through first, which is the end of it for a common word; what is not found often there is rare, and looked up."""
    position = SearchDocumentRow.id
    found = select(position, ConversationRow, MessageRow).select_from(SearchDocumentRow)
    found = found.where(SearchDocumentRow.terms.op("@@")(cast(_tsquery(terms), TSQUERY)))
    if before is not None:
        found = found.where(position < before)
    asked = _shown(found).where(*wanted).limit(limit)
    newest = before or session.scalar(select(func.max(position))) or 0
    near = session.execute(asked.where(position > newest - _NEAR).order_by(position.desc())).all()
    if len(near) == limit:
        return near
    # By an expression, for which no index can seem to have the order already.
    return session.execute(asked.order_by((position + 0).desc())).all()


def _shown(found: Select[*_Found]) -> Select[*_Found]:
    """With what is hidden left out."""
    return (
        found.join(ConversationRow, ConversationRow.id == SearchDocumentRow.conversation_id)
        .outerjoin(MessageRow, MessageRow.id == SearchDocumentRow.message_id)
        .where(ConversationRow.deleted_at.is_(None), MessageRow.deleted_at.is_(None))
    )


def _filters(query: SearchQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if query.pinned is not None:
        filters.append(ConversationRow.pinned.is_(query.pinned))
    if query.archived is not None:
        filters.append(ConversationRow.archived.is_(query.archived))
    if query.shared is not None:
        works = exists().where(
            ShareRow.conversation_id == ConversationRow.id,
            ShareRow.revoked_at.is_(None),
            or_(ShareRow.expires_at.is_(None), ShareRow.expires_at > query.now),
            or_(ShareRow.view_limit.is_(None), ShareRow.view_limit > ShareRow.views),
        )
        filters.append(works if query.shared else ~works)
    if query.updated_after is not None:
        filters.append(ConversationRow.updated_at >= query.updated_after)
    if query.updated_before is not None:
        filters.append(ConversationRow.updated_at < query.updated_before)
    return filters


def _hit(position: int, conversation: ConversationRow, message: MessageRow | None) -> SearchHit:
    return SearchHit(
        position=position,
        conversation=mapping.conversation(conversation),
        message_id=message.id if message else None,
        role=Role(message.role) if message else None,
        text=mapping.message(message).findable if message else conversation.title,
        when=message.created_at if message else conversation.updated_at,
    )


def _fts5_query(terms: list[QueryTerm]) -> str:
    quoted = ('"' + term.text.replace('"', '""') + '"' + "*" * term.is_beginning for term in terms)
    return " AND ".join(quoted)


def _tsquery(terms: list[QueryTerm]) -> str:
    doubled = str.maketrans({"'": "''", "\\": "\\\\"})
    return " & ".join(f"'{term.text.translate(doubled)}'" + ":*" * term.is_beginning for term in terms)


def _index_all(session: Session, conversation_id: str) -> None:
    """What has no document yet. An answer that is still being written gets its own at its end."""
    conversation = session.get(ConversationRow, conversation_id, with_for_update=True)
    if conversation is None:
        return
    messages = session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.status != MessageStatus.STREAMING)
        .order_by(MessageRow.created_at, MessageRow.id)
    ).all()
    # Looked at last, with the row locked: another process may have been quicker, and an answer may just have ended.
    of = SearchDocumentRow.conversation_id == conversation_id
    known = set(session.scalars(select(SearchDocumentRow.message_id).where(of)))
    for message in messages:
        if message.id not in known:
            findable = mapping.message(message).findable
            add_document(session, conversation.owner_id, conversation_id, message.id, findable)
    if None not in known:
        add_document(session, conversation.owner_id, conversation_id, None, conversation.title)
