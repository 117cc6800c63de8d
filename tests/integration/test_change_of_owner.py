"""What is somebody's goes along when it becomes somebody else's: in every table that has owners, also later ones."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Session

from storage.change_of_owner import change_owner, owned_tables
from storage.database import Database
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, BOB

OF_TYPES: dict[type, Any] = {
    bool: False,
    int: 1,
    float: 1.0,
    date: date(2026, 11, 24),
    datetime: datetime(2026, 11, 24, tzinfo=UTC),
    dict: {},
}


def add_row(session: Session, table: Table, owner_id: str, key: str) -> None:
    """With every row that it refers to; `key` stands where no two rows may have the same."""
    values = {}
    for column in table.columns:
        if column.name == "owner_id":
            values[column.name] = owner_id
        elif column.foreign_keys and not column.nullable:
            values[column.name] = referred(session, column, owner_id, key)
        elif not column.nullable and column.autoincrement is not True:
            values[column.name] = OF_TYPES.get(type_of(column), key if is_of_one_row(column) else "text")
    session.execute(insert(table).values(values))


def is_of_one_row(column: Column[Any]) -> bool:
    keys = [set(column.table.primary_key.columns)]
    keys += [set(rule.columns) for rule in column.table.constraints if isinstance(rule, UniqueConstraint)]
    keys += [set(index.columns) for index in column.table.indexes if index.unique]
    return any(column in key for key in keys if column.table.columns.get("owner_id") not in key)


def type_of(column: Column[Any]) -> type:
    kind = column.type
    return dict if isinstance(kind, JSON) else getattr(kind, "impl_instance", kind).python_type


def referred(session: Session, column: Column[Any], owner_id: str, key: str) -> Any:
    (foreign,) = column.foreign_keys
    if session.scalar(select(foreign.column).where(foreign.column == key)) is None:
        add_row(session, foreign.column.table, owner_id, key)
    return key


def count(session: Session, table: Table, owner_id: str) -> int:
    return session.scalar(select(func.count()).where(table.c.owner_id == owner_id)) or 0


def test_there_are_tables_with_owners() -> None:
    assert {"conversations", "runs", "people"} <= {table.name for table in owned_tables()}


@pytest.mark.parametrize("table", owned_tables(), ids=lambda table: table.name)
def test_every_row_of_every_table_goes_along(database: Database, table: Table) -> None:
    with database.write() as session:
        add_row(session, table, ANN, "1")
        change_owner(session, ANN, BOB)
        change_owner(session, ANN, BOB)
        assert (count(session, table, ANN), count(session, table, BOB)) == (0, 1)


@pytest.mark.parametrize("table", owned_tables(), ids=lambda table: table.name)
def test_where_there_may_be_only_one_the_new_owners_stands(database: Database, table: Table) -> None:
    with database.write() as session:
        add_row(session, table, BOB, "1")
        add_row(session, table, ANN, "2")
        change_owner(session, ANN, BOB)
        assert count(session, table, ANN) == 0
        assert count(session, table, BOB) >= 1


@pytest.mark.parametrize("table", owned_tables(), ids=lambda table: table.name)
def test_whoever_deletes_everything_leaves_no_row_in_any_table(database: Database, table: Table) -> None:
    with database.write() as session:
        add_row(session, table, ANN, "1")
    SqlConversationStore(database).delete_owner(ANN)
    with database.read() as session:
        assert count(session, table, ANN) == 0
