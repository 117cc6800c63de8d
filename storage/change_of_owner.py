"""All that one owner has becomes another's: every table that has owners, and the owner's mark in what is searched.

Tables are not listed here: whatever has a column `owner_id` belongs to somebody, and goes along.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Table, UniqueConstraint, and_, delete, exists, select, update
from sqlalchemy.orm import Session

from storage.identity_tables import AccountRow, IdentityRow
from storage.search_documents import change_mark
from storage.tables import ConversationRow, Row

_WHO_OWNERS_ARE = {IdentityRow.__tablename__, AccountRow.__tablename__}


def owned_tables() -> list[Table]:
    named = (table for table in Row.metadata.sorted_tables if "owner_id" in table.columns)
    return [table for table in named if table.name not in _WHO_OWNERS_ARE]


def change_owner(session: Session, former_id: str, owner_id: str) -> None:
    """Where both have what there may be one of (an agreement, a preset of one name), the new owner's stands."""
    # Locked first: what is written to a conversation meanwhile is there before, or finds that it is gone.
    conversations = select(ConversationRow.id).where(ConversationRow.owner_id == former_id)
    ids = session.scalars(conversations.with_for_update()).all()
    change_mark(session, ids, former_id, owner_id)
    for table in owned_tables():
        for twin in _twins(table, owner_id):
            session.execute(delete(table).where(table.c.owner_id == former_id, twin))
        session.execute(update(table).where(table.c.owner_id == former_id).values(owner_id=owner_id))


def _twins(table: Table, owner_id: str) -> Iterator[ColumnElement[bool]]:
    """For each rule of the table that an owner has only one of something: the new owner has it already."""
    rules = [set(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    rules += [set(index.columns) for index in table.indexes if index.unique]
    rules.append(set(table.primary_key.columns))
    other = table.alias()
    for columns in rules:
        if table.c.owner_id in columns:
            same = (other.c[column.name] == column for column in columns if column is not table.c.owner_id)
            yield exists().where(and_(other.c.owner_id == owner_id, *same))
