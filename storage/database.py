"""A connection to the database: reading and writing transactions, and errors in words.

Knows nothing of tables. What differs between databases is decided here, in `storage.sqlite` and in `storage.postgres`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError
from sqlalchemy.orm import Session

from assistant.errors.app import SettingsError, StorageError
from storage import postgres, sqlite
from storage.file_system import network_type
from storage.sole_use import SoleUse

Result = TypeVar("Result")
WRITING = "writing"
"""In the `info` of a session that may write."""

_SETTING = "ASSISTANT_DATABASE_URL"
_ALLOWED = "sqlite:////path/to/file.db or postgresql+psycopg://user:password@host:5432/name"
# How people and hosters write it, all of them for the one driver that comes with the app.
_POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg")


class Database:
    def __init__(self, writing: Engine, reading: Engine) -> None:
        self.writing = writing
        self.reading = reading
        self._sole_use: SoleUse | None = None

    @property
    def is_shared(self) -> bool:
        """Whether several processes of the app may use it at once."""
        return self.writing.dialect.name != "sqlite"

    def claim(self) -> None:
        """Keep other processes of the app out until `close`, unless it may be shared. Raises StorageError."""
        if not self.is_shared:
            with _told():
                self._sole_use = SoleUse(Path(str(self.writing.url.database)))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end of the block. Raises StorageError."""
        with _told(), Session(self.writing, expire_on_commit=False, info={WRITING: True}) as session, session.begin():
            yield session

    def settle(self, work: Callable[[Session], Result]) -> Result:
        """`work` in one transaction; once more where another connection wrote the same first (SQLite's writers wait in
        line, a server's may meet): what that one wrote is visible then."""
        try:
            with self.write() as session:
                return work(session)
        except IntegrityError:
            with self.write() as session:
                return work(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _told(), Session(self.reading) as session, session.begin():
            yield session

    @contextmanager
    def restructure(self) -> Iterator[Connection]:
        """One writing transaction in which tables may be rebuilt, their rows and what refers to them kept."""
        with _told(), self.writing.connect() as connection:
            if connection.dialect.name == "sqlite":
                sqlite.suspend_foreign_keys(connection)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    postgres.suspend_limits(connection)
                yield connection

    def close(self) -> None:
        self.writing.dispose()
        self.reading.dispose()
        if self._sole_use:
            self._sole_use.end()
            self._sole_use = None


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for a server's. Raises SettingsError for a URL that is none."""
    with _url_told():
        parsed = make_url(url)
        return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def open_database(url: str, connections: int = 10) -> Database:
    """`connections`: to a server at most; SQLite takes what it needs.

    Raises SettingsError for a URL that is none, StorageError when the database cannot be opened.
    """
    with _url_told():
        parsed = make_url(url)
        if parsed.drivername in _POSTGRES_NAMES:
            engine = postgres.open_engine(parsed.set(drivername="postgresql+psycopg"), connections)
            return Database(engine, engine)
        if parsed.get_backend_name() != "sqlite":
            raise _wrong_url(f"{parsed.drivername} cannot be used")
        with _told():
            return _sqlite(parsed)


@contextmanager
def _url_told() -> Iterator[None]:
    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise _wrong_url(str(error).splitlines()[0]) from error
    except (ArgumentError, ValueError) as error:
        raise _wrong_url("is no URL") from error


def _sqlite(url: URL) -> Database:
    if url.get_driver_name() != "pysqlite":
        raise _wrong_url(f"{url.drivername} cannot be used: SQLite's driver comes with the app")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise _wrong_url("names no file of its own, so nothing would be kept")
    if kind := network_type(Path(url.database)):
        fault = f"{url.database} is on a network file system ({kind}), which can damage a SQLite database"
        raise SettingsError(setting=_SETTING, fault=fault, allowed="PostgreSQL, or ASSISTANT_DATA_DIR on a local disk")
    database = Database(sqlite.open_engine(url, writing=True), sqlite.open_engine(url, writing=False))
    # Opened now, so that a file that cannot be used stops the start and not the first question.
    with database.writing.connect():
        pass
    return database


def _wrong_url(fault: str) -> SettingsError:
    return SettingsError(setting=_SETTING, fault=fault, allowed=_ALLOWED)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A rule of the tables held: the store knows what that means, and it is no fault of the database.
        raise
    except DatabaseError as error:
        raise StorageError(fault=_fault(error)) from error
    except OSError as error:
        raise StorageError(fault=fault_in_words("unable to open")) from error
    except NoConnectionLeftError as error:
        raise StorageError(fault="too many use it at once") from error
    except SQLAlchemyError as error:
        if isinstance(error, ArgumentError | NoSuchModuleError):
            raise
        raise StorageError(fault=type(error).__name__) from error


def _fault(error: DatabaseError) -> str:
    message = str(error.orig)
    if isinstance(error.orig, psycopg.Error):
        return postgres.fault_in_words(error.orig.sqlstate, message)
    return fault_in_words(message)


def fault_in_words(message: str) -> str:
    """SQLite's complaint in few words; the whole of it may name values, so it is not passed on."""
    known = {
        "disk is full": "the disk is full",
        "readonly database": "it is read-only",
        "read-only": "it is read-only",
        "is locked": "it is locked by another program",
        "unable to open": "its file cannot be opened",
        "malformed": "its file is damaged",
        "not a database": "its file is not a database",
        "disk i/o error": "the disk reports an error",
    }
    lowered = message.lower()
    return next((words for part, words in known.items() if part in lowered), "it reports an error")
