"""SQLite as this app needs it: durable, never locked out by a reader, and without the WAL-reset bug.

The bug (SQLite 3.7.0 to 3.51.2) can damage a database in WAL mode that two connections write and checkpoint. Fixed in
3.51.3 and in the backports 3.50.7 and 3.44.6: https://www.sqlite.org/wal.html, "The WAL-reset bug".
"""

import importlib
import logging
import sqlite3
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

logger = logging.getLogger(__name__)

_FIXED = (3, 51, 3)
_BACKPORTS = ((3, 50, 7), (3, 44, 6))
_BUSY_MILLISECONDS = 5000
_COMMON_PRAGMAS = (f"busy_timeout={_BUSY_MILLISECONDS}", "foreign_keys=ON")
# Before this version a trigger, which is part of the schema, may only fill a full-text index where it is trusted.
_FTS5_IS_INNOCUOUS = (3, 44, 0)


def driver() -> ModuleType:
    """pysqlite3 brings a SQLite of its own; without it, Python's is used."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ModuleNotFoundError:
        return sqlite3


def is_safe_in_wal(version: tuple[int, ...]) -> bool:
    return version >= _FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in _BACKPORTS)


def open_engine(url: URL, *, writing: bool) -> Engine:
    module = driver()
    # Who writes waits in the pool for the one connection that does, first come first served. SQLite lets one write at a
    # time anyhow, but who finds it locked sleeps ever longer between looks, and may find it locked each time.
    limits = {"pool_size": 1, "max_overflow": 0} if writing else {}
    engine = create_engine(url, module=module, pool_pre_ping=False, hide_parameters=True, **limits)
    _make_private(Path(str(url.database)))
    journal = "WAL" if is_safe_in_wal(module.sqlite_version_info) else "DELETE"
    if journal != "WAL" and writing:
        logger.warning("SQLite %s has the WAL-reset bug: journal mode is DELETE, slower", module.sqlite_version)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver's connection
        # SQLAlchemy begins transactions itself, below; the driver would begin them late and deferred.
        connection.isolation_level = None
        for pragma in _COMMON_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        trusted = "OFF" if module.sqlite_version_info >= _FTS5_IS_INNOCUOUS else "ON"
        connection.execute(f"PRAGMA trusted_schema={trusted}")
        if writing:
            _keep_journal(connection, journal)
            connection.execute("PRAGMA synchronous=FULL")
            # What is deleted is written over, not only no longer pointed to.
            connection.execute("PRAGMA secure_delete=ON")
        else:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Immediate: a deferred transaction that turns to writing fails at once when another one wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def suspend_foreign_keys(connection: Connection) -> None:
    """For this connection, until it is closed; to be called before its transaction begins, SQLite allows no other time.

    A table is rebuilt by dropping the old one, which deletes its rows first, and in cascade all that refers to them.
    """
    connection.detach()
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _keep_journal(connection: Any, journal: str) -> None:  # noqa: ANN401  # the driver's connection
    """Raises the driver's OperationalError.

    The one statement that the busy timeout does not cover: of two that turn a new file to WAL, SQLite refuses one at
    once.
    """
    patience = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={journal}")
        except driver().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _make_private(path: Path) -> None:
    """Only the owner may read conversations; SQLite gives its other files the rights of this one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
