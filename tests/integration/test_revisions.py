"""Every revision goes up and down, on both databases, with data in it that the one before it had kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event, text

from storage.database import Database, open_database
from tests.crash.integrity import own_faults
from tests.postgres import PostgresServer
from tests.revisions import BASE, fill, move, revisions, rows, shape, tables

LARGEST_BATCH = 1000


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Without tables."""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    else:
        url = f"sqlite:///{tmp_path}/assistant.db"
    database = open_database(url)
    yield database
    database.close()
    if request.param == "postgres":
        server.drop(url)


@pytest.mark.parametrize(("revision", "before"), revisions())
def test_a_revision_goes_up_down_and_up_again_and_keeps_every_row(
    database: Database, revision: str, before: str
) -> None:
    if before != BASE:
        move(database, command.upgrade, before)
    fill(database, range(30))
    shape_before, rows_before = shape(database), rows(database)
    move(database, command.upgrade, revision)
    assert rows_before == of_tables(rows_before, rows(database))
    # New columns and tables have something in them too.
    fill(database, range(30, 60))
    rows_above = rows(database)
    move(database, command.downgrade, before)
    assert shape(database) == shape_before
    assert rows(database) == of_tables(rows_before, rows_above)
    move(database, command.upgrade, revision)
    assert of_tables(rows_before, rows(database)) == of_tables(rows_before, rows_above)
    assert list(own_faults(database)) == []


def of_tables(known: dict[str, dict[Any, dict[str, Any]]], seen: dict[str, dict[Any, dict[str, Any]]]) -> object:
    """What is seen of the tables and columns that are known."""
    columns = {table: list(next(iter(by_key.values()), {})) for table, by_key in known.items()}
    return {
        table: {key: {name: row[name] for name in columns[table]} for key, row in seen[table].items()}
        for table in known
    }


def test_no_upgrade_changes_many_rows_in_one_statement(database: Database) -> None:
    """People wait for it, and on a server it would hold a lock: many rows are changed in batches, best after the
    start."""
    large: list[str] = []

    @event.listens_for(database.writing, "after_cursor_execute")
    def count(_c: object, cursor: Any, statement: str, _p: object, _x: object, _m: object) -> None:
        if cursor.rowcount > LARGEST_BATCH:
            large.append(statement)

    for revision, _ in revisions():
        files_before = files(database)
        move(database, command.upgrade, revision)
        assert large == []
        assert {table: file for table, file in files(database).items() if table in files_before} == files_before
        fill(database, range(LARGEST_BATCH + 10))
        large.clear()


def files(database: Database) -> dict[str, int]:
    """PostgreSQL gives a table that it writes anew another file."""
    if not database.is_shared:
        return {}
    with database.reading.connect() as connection:
        statement = text("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(:names)")
        return dict(connection.execute(statement, {"names": [table.name for table in tables(database)]}).all())
