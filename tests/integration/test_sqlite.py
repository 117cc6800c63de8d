"""SQLite as the app opens it: durable, private, never locked out, and clear about what is wrong with it."""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from assistant.errors.app import SettingsError, StorageError
from storage import sqlite
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, complete, first_turn


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


@contextmanager
def with_pragma(engine: Engine, setting: str) -> Iterator[None]:
    """Every connection has it from now on, until the end of the block."""

    def set_it(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA {setting}")

    engine.dispose()
    event.listen(engine, "connect", set_it)
    yield
    event.remove(engine, "connect", set_it)
    engine.dispose()


def fault(error: pytest.ExceptionInfo[StorageError]) -> object:
    return error.value.facts["fault"]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_only_versions_without_the_wal_reset_bug_are_safe_in_wal(version: tuple[int, ...], safe: bool) -> None:
    assert sqlite.is_safe_in_wal(version) is safe


@pytest.mark.parametrize(("safe", "journal"), [(True, "wal"), (False, "delete")])
def test_wal_is_for_safe_versions_only_and_without_it_the_log_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, safe: bool, journal: str
) -> None:
    monkeypatch.setattr(sqlite, "is_safe_in_wal", lambda _: safe)
    with caplog.at_level(logging.WARNING):
        database = open_database(f"sqlite:///{path}")
    assert pragma(database.writing, "journal_mode") == journal
    assert len(caplog.records) == (0 if safe else 1)
    database.close()


@pytest.mark.parametrize("engine", ["writing", "reading"])
def test_every_connection_waits_for_locks_and_keeps_to_foreign_keys(database: Database, engine: str) -> None:
    of = getattr(database, engine)
    assert (pragma(of, "busy_timeout"), pragma(of, "foreign_keys"), pragma(of, "trusted_schema")) == (5000, 1, 0)


def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    full = 2
    assert pragma(database.writing, "synchronous") == full


def test_what_is_deleted_is_not_left_in_the_file(database: Database, store: SqlConversationStore, path: Path) -> None:
    # Longer than a page, and short.
    for number, text_kept in ((1, "zygomorphic quinces " * 1000), (2, "zygomorphic quinces")):
        store.begin_turn(first_turn(number, question=text_kept))
    checkpoint(database)
    assert b"zygomorphic quinces" in path.read_bytes()
    store.delete_owner(ANN)
    checkpoint(database)
    assert b"zygomorphic quinces" not in path.read_bytes()


def checkpoint(database: Database) -> None:
    with database.writing.connect() as connection:
        connection.rollback()
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_nothing_can_be_written_where_only_reading_is_meant(database: Database) -> None:
    with pytest.raises(StorageError) as refused, database.read() as session:
        session.execute(text("DELETE FROM conversations"))
    assert fault(refused) == "it is read-only"


def test_conversations_are_for_the_owners_eyes_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = open_database(f"sqlite:///{tmp_path}/new/folder/assistant.db")
        migrate(database)
        SqlConversationStore(database).begin_turn(first_turn())
        files = list((tmp_path / "new" / "folder").iterdir())
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700
        database.close()
    finally:
        os.umask(before)


def test_many_writers_at_once_all_get_their_turn(path: Path, store: SqlConversationStore) -> None:
    other = open_database(f"sqlite:///{path}")
    stores = [store, SqlConversationStore(other)]

    def write(number: int) -> None:
        mine = stores[number % 2]
        mine.begin_turn(first_turn(number))
        for second in range(3):
            assert mine.checkpoint(f"r{number}", f"Text {second}", at(second))
        assert mine.finish(f"r{number}", complete(), at(9))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(write, range(36)))
    assert len(store.conversations(ANN, 100)) == 36
    other.close()


def test_a_reader_is_not_held_up_by_a_writer(database: Database, store: SqlConversationStore) -> None:
    store.begin_turn(first_turn())
    with with_pragma(database.reading, "busy_timeout=0"), database.write() as session:
        session.execute(text("UPDATE conversations SET title = 'Not committed'"))
        assert store.conversation(ANN, "c1").title == "Title 1"


def test_a_writer_is_not_held_up_by_a_reader(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "is_safe_in_wal", lambda _: True)
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    store = SqlConversationStore(database)
    store.begin_turn(first_turn())
    with with_pragma(database.writing, "busy_timeout=0"), database.read() as session:
        seen = text("SELECT title FROM conversations")
        assert session.scalar(seen) == "Title 1"
        store.rename(ANN, "c1", "Renamed")
        assert session.scalar(seen) == "Title 1"
    assert store.conversation(ANN, "c1").title == "Renamed"
    database.close()


def test_a_full_disk_is_told_nothing_is_half_written_and_work_goes_on_when_there_is_room(
    database: Database, store: SqlConversationStore
) -> None:
    # One page is less than there are: SQLite takes it as no page more.
    with with_pragma(database.writing, "max_page_count=1"):
        with pytest.raises(StorageError) as refused:
            store.begin_turn(first_turn(question="x" * 1_000_000))
        assert fault(refused) == "the disk is full"
        assert store.conversations(ANN, 10) == []
    assert store.begin_turn(first_turn()).id == "r1"


def test_a_read_only_file_is_told(database: Database, store: SqlConversationStore) -> None:
    with with_pragma(database.writing, "query_only=ON"), pytest.raises(StorageError) as refused:
        store.begin_turn(first_turn())
    assert fault(refused) == "it is read-only"


def test_a_lock_of_another_program_is_told(path: Path, database: Database, store: SqlConversationStore) -> None:
    other = sqlite.driver().connect(path)
    other.execute("BEGIN IMMEDIATE")
    with with_pragma(database.writing, "busy_timeout=1"), pytest.raises(StorageError) as refused:
        store.begin_turn(first_turn())
    assert fault(refused) == "it is locked by another program"
    other.close()


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(path: Path) -> None:
    path.write_text("My diary. " * 1000)
    with pytest.raises(StorageError) as refused:
        open_database(f"sqlite:///{path}")
    assert fault(refused) == "its file is not a database"
    assert path.read_text() == "My diary. " * 1000


def test_a_damaged_file_is_told(path: Path, database: Database) -> None:
    page = 4096
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[:page] + b"\xa5" * (len(content) - page))
    # At the first page that is read: when it is opened already, or later.
    with pytest.raises(StorageError) as refused, closing(open_database(f"sqlite:///{path}")) as damaged:
        SqlConversationStore(damaged).conversations(ANN, 10)
    assert fault(refused) == "its file is damaged"


@pytest.mark.parametrize("place", ["folder", "file/assistant.db"])
def test_a_place_that_can_hold_no_file_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as refused:
        open_database(f"sqlite:///{tmp_path / place}")
    assert fault(refused) == "its file cannot be opened"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "assistant.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:assistant?mode=memory&uri=true",
        "sqlite://host/assistant.db",
        "sqlite:///a\0.db",
        "sqlite+aiosqlite:///assistant.db",
        "oracle+nothing://user:secret@host/db",
        "nothing://user:secret@host/db",
        "postgresql://user:secret@host:port/db",
    ],
)
def test_a_wrong_url_names_the_setting_and_tells_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as refused:
        open_database(url)
    assert refused.value.facts["setting"] == "ASSISTANT_DATABASE_URL"
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
