"""A connection to the database: reading and writing transactions, and errors in words.

Knows nothing of tables. What differs between databases is decided here and in `storage.sqlite`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.errors import SettingsError, StorageError
from storage import sqlite

_ALLOWED = "a SQLAlchemy URL such as sqlite:////path/to/file.db"


class Database:
    def __init__(self, writing: Engine, reading: Engine) -> None:
        self.writing = writing
        self.reading = reading

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end of the block. Raises StorageError."""
        with _told(), Session(self.writing, expire_on_commit=False) as session, session.begin():
            yield session

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
                yield connection

    def close(self) -> None:
        self.writing.dispose()
        self.reading.dispose()


def open_database(url: str) -> Database:
    """Raises SettingsError for a URL that is none, StorageError when the database cannot be opened."""
    try:
        parsed = make_url(url)
        with _told():
            return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _server(parsed)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise _wrong_url(str(error).splitlines()[0]) from error
    except (ArgumentError, ValueError) as error:
        raise _wrong_url("is no URL") from error


def _sqlite(url: URL) -> Database:
    if url.get_driver_name() != "pysqlite":
        raise _wrong_url(f"{url.drivername} cannot be used: SQLite's driver comes with the app")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise _wrong_url("names no file of its own, so nothing would be kept")
    database = Database(sqlite.open_engine(url, writing=True), sqlite.open_engine(url, writing=False))
    # Opened now, so that a file that cannot be used stops the start and not the first question.
    with database.writing.connect():
        pass
    return database


def _server(url: URL) -> Database:
    engine = create_engine(url, pool_pre_ping=True)
    return Database(engine, engine)


def _wrong_url(fault: str) -> SettingsError:
    return SettingsError(setting="ASSISTANT_DATABASE_URL", fault=fault, allowed=_ALLOWED)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A rule of the tables held: the store knows what that means, and it is no fault of the database.
        raise
    except DatabaseError as error:
        raise StorageError(fault=_fault(str(error.orig))) from error
    except OSError as error:
        raise StorageError(fault=_fault("unable to open")) from error
    except SQLAlchemyError as error:
        if isinstance(error, ArgumentError | NoSuchModuleError):
            raise
        raise StorageError(fault=type(error).__name__) from error


def _fault(message: str) -> str:
    """The database's complaint in few words; the whole of it may name values, so it is not passed on."""
    known = {
        "disk is full": "the disk is full",
        "readonly database": "it is read-only",
        "read-only": "it is read-only",
        "is locked": "it is locked by another program",
        "unable to open": "its file cannot be opened",
        "malformed": "its file is damaged",
        "not a database": "its file is not a database",
        "disk i/o error": "the disk reports an error",
        "connection": "it cannot be reached",
    }
    lowered = message.lower()
    return next((words for part, words in known.items() if part in lowered), "it reports an error")
