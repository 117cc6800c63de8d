"""What is really deleted: in batches, each a short transaction, so that others write in between and no statement of a
server's runs out of time.

A conversation goes whole, in one transaction: whoever brings one back at that moment was first, or comes too late.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, update
from sqlalchemy.orm import Session

from assistant.ports import MESSAGES_AT_ONCE
from storage.change_of_owner import owned_tables
from storage.database import Database
from storage.drafts import forget_old
from storage.identities import forget, is_anonymous
from storage.tables import ConversationRow, DraftRow, MessageRow

_Thing = TypeVar("_Thing")
_NOBODY = ""
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_BATCH = 100


class DeletionStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def purge_deleted(self, deleted_before: datetime, limit: int = _BATCH) -> int:
        due = select(ConversationRow.id).where(ConversationRow.deleted_at < deleted_before)
        with self._database.write() as session:
            _delete_branches(session, deleted_before, limit)
            return _delete_first(session, due.order_by(ConversationRow.deleted_at, ConversationRow.id), limit)

    def delete_unchanged(self, unchanged_since: datetime, limit: int) -> int:
        old = select(ConversationRow.id).where(
            ConversationRow.updated_at < unchanged_since, is_anonymous(ConversationRow.owner_id)
        )
        with self._database.write() as session:
            forget_old(session, unchanged_since)
            return _delete_first(session, old.order_by(ConversationRow.updated_at, ConversationRow.id), limit)

    def delete_owner(self, owner_id: str) -> int:
        with self._database.write() as session:
            # Due from here on: should this process end now, the next purge goes on with it.
            theirs = update(ConversationRow).where(ConversationRow.owner_id == owner_id)
            orphaned = theirs.values(owner_id=_NOBODY, deleted_at=_LONG_AGO).returning(ConversationRow.id)
            deleted = len(session.scalars(orphaned).all())
            for table in owned_tables():
                if not any(key.column.table is ConversationRow.__table__ for key in table.foreign_keys):
                    session.execute(delete(table).where(table.c.owner_id == owner_id))
            forget(session, owner_id)
        ownerless = select(ConversationRow.id).where(ConversationRow.owner_id == _NOBODY)
        while self._delete_batch(ownerless.order_by(ConversationRow.id)):
            pass
        return deleted

    def _delete_batch(self, due: Select[str]) -> int:
        with self._database.write() as session:
            return _delete_first(session, due, _BATCH)


def _delete_first(session: Session, due: Select[str], limit: int) -> int:
    """Of these conversations the first ones, with all that is in them; their number."""
    found = session.scalars(due.limit(limit).with_for_update()).all()
    in_them = MessageRow.conversation_id.in_(found)
    count = select(MessageRow.conversation_id, func.count()).where(in_them).group_by(MessageRow.conversation_id)
    sizes = {row[0]: row[1] for row in session.execute(count)}
    ids = _at_once((each, sizes.get(each, 0)) for each in found)
    _delete_messages(session, MessageRow.conversation_id.in_(ids))
    session.execute(delete(DraftRow).where(DraftRow.conversation_id.in_(ids)))
    session.execute(delete(ConversationRow).where(ConversationRow.id.in_(ids)))
    return len(ids)


def _delete_branches(session: Session, deleted_before: datetime, limit: int) -> None:
    """What was hidden together goes together; what followed was hidden with it, or before."""
    together = (MessageRow.deleted_at, MessageRow.conversation_id)
    hidden = select(*together, func.count()).where(MessageRow.deleted_at < deleted_before)
    branches = session.execute(hidden.group_by(*together).order_by(*together).limit(limit))
    for when, conversation_id in _at_once(((row[0], row[1]), row[2]) for row in branches):
        _delete_messages(session, and_(MessageRow.conversation_id == conversation_id, MessageRow.deleted_at == when))


def _at_once(sized: Iterable[tuple[_Thing, int]]) -> Sequence[_Thing]:
    """As many of the first as have `MESSAGES_AT_ONCE` together; one in any case."""
    chosen: list[_Thing] = []
    room = MESSAGES_AT_ONCE
    for thing, size in sized:
        room -= size
        if chosen and room < 0:
            break
        chosen.append(thing)
    return chosen


def _delete_messages(session: Session, which: ColumnElement[bool]) -> None:
    # Loose first: each message goes with its parent, and SQLite follows such a chain for 1000 steps only.
    session.execute(update(MessageRow).where(which).values(parent_id=None))
    session.execute(delete(MessageRow).where(which))
