"""A database at any revision: moved up and down, filled with what fits there, and looked at, whatever its tables are.

Knows the tables only by what the database says of them, so that a new revision needs nothing here.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

from assistant.conversation import GenerationOptions
from storage.database import Database
from storage.search_tables import is_of_sqlites_index
from tests.contract.samples import PROVENANCE, snapshot

SCRIPTS = Path("storage/migrations")
BASE = "base"
_FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
# What a revision that moves data may read; of any other column its type is enough.
_MEANINGS: dict[str, Callable[[int], object]] = {
    "role": lambda n: ("user", "assistant")[n % 2],
    "status": lambda n: "complete",
    "title_source": lambda n: "question",
    "options": lambda n: GenerationOptions().model_dump(),
    "provenance": lambda n: PROVENANCE.model_dump(mode="json"),
    "snapshot": lambda n: snapshot(f"Question {n}?").model_dump(mode="json"),
}


def revisions() -> list[tuple[str, str]]:
    """Each with the one before it, oldest first."""
    scripts = ScriptDirectory.from_config(_configuration()).walk_revisions()
    return [(script.revision, str(script.down_revision or BASE)) for script in reversed(list(scripts))]


def move(database: Database, command: Callable[[Config, str], None], revision: str) -> None:
    with database.restructure() as connection:
        config = _configuration()
        config.attributes["connection"] = connection
        command(config, revision)


def tables(database: Database) -> list[Table]:
    """Each after those that it refers to."""
    known = MetaData()
    with database.reading.connect() as connection:
        known.reflect(connection, only=lambda name, _: not is_of_sqlites_index(name) and name != "alembic_version")
    return known.sorted_tables


def shape(database: Database) -> dict[str, object]:
    """Columns, indexes and constraints, by table."""
    looking = inspect(database.reading)
    return {
        table.name: (
            sorted(
                (column["name"], str(column["type"]), column["nullable"]) for column in looking.get_columns(table.name)
            ),
            sorted(
                (str(index["name"]), index["column_names"], index["unique"])
                for index in looking.get_indexes(table.name)
            ),
            sorted((key["constrained_columns"], key["referred_table"]) for key in looking.get_foreign_keys(table.name)),
            sorted(sorted(unique["column_names"]) for unique in looking.get_unique_constraints(table.name)),
        )
        for table in tables(database)
    }


def rows(database: Database) -> dict[str, dict[object, dict[str, object]]]:
    """By table and key."""
    with database.reading.connect() as connection:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(table.select()).mappings()
            }
            for table in tables(database)
        }


def fill(database: Database, numbers: Iterable[int]) -> None:
    """A row for each number in each table that has none of it, each referring to those of the same number."""
    with database.write() as session:
        for table in tables(database):
            there = {tuple(key) for key in session.execute(select(*table.primary_key))}
            values = {column.name: _values(column) for column in table.columns}
            made = ({name: value(number) for name, value in values.items()} for number in numbers)
            new = [row for row in made if _key(table, row) not in there]
            words = {
                c.name: cast(bindparam(c.name, type_=String), TSVECTOR) for c in table.c if isinstance(c.type, TSVECTOR)
            }
            if new:
                session.connection().execute(table.insert().values(words), new)


def _key(table: Table, row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _values(column: Column[Any]) -> Callable[[int], object]:
    """By the row's number."""
    for key in column.foreign_keys:
        of_key = _values(key.column)
        if key.column.table is column.table:
            # A line of ten, then the next one.
            return lambda number: of_key(number - 1) if number % 10 else None
        return _with_gaps(column, of_key)
    return _MEANINGS.get(column.name) or _with_gaps(column, _of_type(column))


def _with_gaps(column: Column[Any], values: Callable[[int], object]) -> Callable[[int], object]:
    return (lambda number: None if number % 2 else values(number)) if column.nullable else values


def _of_type(column: Column[Any]) -> Callable[[int], object]:
    name, length = f"{column.table.name} {column.name}", getattr(column.type, "length", None)
    zone = UTC if getattr(column.type, "timezone", False) else None
    made: dict[type[TypeEngine[Any]], Callable[[int], object]] = {
        Boolean: lambda number: number % 3 == 0,
        Integer: lambda number: number + 1,
        DateTime: lambda number: _moment(number).replace(tzinfo=zone),
        Date: lambda number: _moment(number).date(),
        JSON: lambda number: {"number": number},
        TSVECTOR: lambda number: f"'word{number}'",
        String: lambda number: f"{number} {name}"[:length],
    }
    # A type that is not here yet ends this with a StopIteration: say what its values are.
    return next(values for kind, values in made.items() if isinstance(column.type, kind))


def _moment(number: int) -> datetime:
    return _FIRST_MOMENT + timedelta(days=number % 300, seconds=number)


def _configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
