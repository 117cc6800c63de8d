"""A database's own opinion of itself."""

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database import Database

_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
_FOREIGN_KEYS = """SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"""


def own_faults(database: Database) -> Iterator[str]:
    # Not `read`: SQLite has to be able to write for some checks, and nothing is kept of PostgreSQL's.
    with database.writing.connect() as connection:
        yield from _of_sqlite(connection) if connection.dialect.name == "sqlite" else _of_postgresql(connection)
        connection.rollback()


def _of_sqlite(connection: Connection) -> Iterator[str]:
    for (fault,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if fault != "ok":
            yield str(fault)
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"foreign key: {tuple(row)}"


def _of_postgresql(connection: Connection) -> Iterator[str]:
    """Without amcheck, which is not everywhere: every index is made anew from its table, every foreign key checked."""
    tables = connection.exec_driver_sql(_TABLES).scalars().all()
    try:
        # All at once: a worker that looks for lost runs meanwhile waits, and holds nothing that is needed here.
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)}")
        for table in tables:
            connection.exec_driver_sql(f"REINDEX TABLE {table}")
        for table, name, definition in connection.exec_driver_sql(_FOREIGN_KEYS).all():
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    except DBAPIError as error:
        yield str(error.orig)
