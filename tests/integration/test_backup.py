"""A backup is whole under its name or not there, whatever is written meanwhile and whatever goes wrong."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.errors.app import BackupError
from storage import backup, file_system
from storage.backup import LiveDatabase, back_up, is_whole
from storage.database import open_database
from storage.sqlite import driver
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, complete, first_turn

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data #1?%" / "assistant.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "safe").mkdir()
    return tmp_path / "safe" / "copy.db"


@pytest.fixture
def live(path: Path, store: SqlConversationStore) -> Iterator[LiveDatabase]:
    with closing(LiveDatabase(path)) as live:
        yield live


def turns(store: SqlConversationStore, *numbers: int, text: str = "An answer.") -> None:
    for number in numbers:
        store.begin_turn(first_turn(number))
        store.finish(f"r{number}", complete(text), at(number))


def kept(path: Path) -> list[str]:
    """The conversations in a backup, newest first."""
    with closing(open_database(f"sqlite:///{path}")) as database:
        return [c.id for c in SqlConversationStore(database).conversations(ANN, 1000)]


def fault(error: pytest.ExceptionInfo[BackupError]) -> object:
    return error.value.facts["fault"]


def test_what_was_said_before_is_in_the_backup_and_only_its_owner_may_read_it(
    store: SqlConversationStore, live: LiveDatabase, target: Path
) -> None:
    turns(store, 1, 2)
    before = os.umask(0)
    try:
        live.copy_to(target)
    finally:
        os.umask(before)
    turns(store, 3)
    assert is_whole(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target]
    assert kept(target) == ["c2", "c1"]


def test_while_a_copy_is_made_others_write_and_it_is_of_one_moment(
    store: SqlConversationStore, live: LiveDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns(store, 1, 2, text="x" * 20 * PAGE)
    monkeypatch.setattr(backup, "_PAGES_A_STEP", 10)
    with in_pauses_of(live, lambda pause: turns(store, 10 + pause)) as pauses:
        live.copy_to(target)
    assert len(pauses) == 3
    assert is_whole(target)
    assert kept(target) == ["c2", "c1"]
    assert len(store.conversations(ANN, 10)) == 5


def test_without_wal_others_write_too_and_the_copy_is_of_the_last_moment(
    path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    monkeypatch.setattr(backup, "_PAGES_A_STEP", 10)
    with closing(driver().connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER, filler BLOB)")
        connection.execute("INSERT INTO numbers VALUES (0, zeroblob(400000))")

        def write(pause: int) -> None:
            connection.execute("INSERT INTO numbers VALUES (?, NULL)", (pause,))

        with closing(LiveDatabase(path)) as live, in_pauses_of(live, write) as pauses:
            live.copy_to(target)
    assert len(pauses) == 3
    with closing(driver().connect(target)) as copy:
        assert copy.execute("SELECT max(number) FROM numbers").fetchone() == (3,)


@contextmanager
def in_pauses_of(live: LiveDatabase, do: Callable[[int], None]) -> Iterator[list[int]]:
    """In the first three pauses that a copy makes between its steps, somebody does something."""
    real = live._connection
    pauses: list[int] = []

    def pause(*_: object) -> None:
        if len(pauses) < 3:
            pauses.append(len(pauses) + 1)
            do(pauses[-1])

    class Pausing:
        def execute(self, *asked: object) -> Any:
            return real.execute(*asked)

        def backup(self, copy: Any, **how: Any) -> None:
            real.backup(copy, **how, progress=pause)

    live._connection = Pausing()
    yield pauses
    live._connection = real


def test_a_change_by_others_is_seen_and_nothing_else_is(store: SqlConversationStore, live: LiveDatabase) -> None:
    at_first = live.version()
    store.conversations(ANN, 10)
    store.purge_deleted(at(0))
    assert live.version() == at_first
    turns(store, 1)
    assert live.version() != at_first


def test_the_former_backup_stays_when_the_next_one_fails(
    store: SqlConversationStore, live: LiveDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns(store, 1)
    live.copy_to(target)
    turns(store, 2)
    monkeypatch.setattr(backup, "is_whole", lambda _: False)
    with pytest.raises(BackupError) as refused:
        live.copy_to(target)
    assert fault(refused) == "the copy is damaged"
    assert list(target.parent.iterdir()) == [target]
    assert kept(target) == ["c1"]


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "No space left on device"), (errno.EROFS, "Read-only file system")]
)
def test_a_disk_that_does_not_take_it_is_told_and_nothing_is_left(
    live: LiveDatabase, target: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BackupError) as refused:
        live.copy_to(target)
    assert fault(refused) == told
    assert list(target.parent.iterdir()) == []


def test_a_network_folder_gets_the_finished_file(
    store: SqlConversationStore, path: Path, live: LiveDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns(store, 1)
    beside = set(path.parent.iterdir())
    mounts = path.parent.parent / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nbucket {target.parent} fuse.hf-mount rw 0 0\n")
    monkeypatch.setattr(file_system, "MOUNTS", mounts)
    opened: list[Path] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(driver(), name)

        def connect(self, where: Any, **how: Any) -> Any:
            opened.append(Path(where))
            return driver().connect(where, **how)

    monkeypatch.setattr(backup, "driver", Watched)
    live.copy_to(target)
    monkeypatch.undo()
    assert opened
    assert not [where for where in opened if str(target.parent) in str(where)]
    assert list(target.parent.iterdir()) == [target]
    assert set(path.parent.iterdir()) == beside
    assert kept(target) == ["c1"]


def test_a_copy_that_arrives_damaged_in_a_network_folder_is_not_taken(
    live: LiveDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "network_type", lambda _: "nfs")
    monkeypatch.setattr(backup.shutil, "copyfile", lambda _, there: there.write_bytes(b"half"))
    with pytest.raises(BackupError) as refused:
        live.copy_to(target)
    assert fault(refused) == "the copy is damaged"
    assert list(target.parent.iterdir()) == []


def test_what_a_killed_process_of_the_same_number_left_is_written_over(
    store: SqlConversationStore, live: LiveDatabase, target: Path
) -> None:
    turns(store, 1)
    target.with_name(f".{target.name}.{os.getpid()}.unfinished").write_bytes(b"rubbish" * PAGE)
    live.copy_to(target)
    assert kept(target) == ["c1"]


@pytest.mark.parametrize(
    ("where", "told"), [("nowhere/copy.db", "there is no such folder"), ("safe", "Is a directory")]
)
def test_a_place_that_can_hold_no_backup_is_told(
    live: LiveDatabase, target: Path, tmp_path: Path, where: str, told: str
) -> None:
    with pytest.raises(BackupError) as refused:
        live.copy_to(tmp_path / where)
    assert fault(refused) == told


def test_the_database_is_never_written_over(store: SqlConversationStore, live: LiveDatabase, path: Path) -> None:
    turns(store, 1)
    (path.parent / "link.db").symlink_to(path)
    for target in (path, path.parent / "link.db"):
        with pytest.raises(BackupError, match="the database itself"):
            live.copy_to(target)
    assert [c.id for c in store.conversations(ANN, 10)] == ["c1"]


def test_without_a_database_there_is_nothing_to_back_up_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no database"):
        back_up(f"sqlite:///{tmp_path}/assistant.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_for_postgresql_another_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        back_up("postgresql+psycopg://user:secret@host/name", tmp_path / "copy.db")


def test_a_backup_that_lost_its_end_or_some_of_its_bytes_is_not_whole(
    store: SqlConversationStore, live: LiveDatabase, target: Path
) -> None:
    turns(store, *range(5))
    live.copy_to(target)
    content = target.read_bytes()
    pages = len(content) // PAGE
    for cut in (0, 100, PAGE, (pages // 2) * PAGE, (pages - 1) * PAGE, len(content) - 1):
        target.write_bytes(content[:cut])
        assert not is_whole(target), cut
    for page in range(1, pages):
        if any(content[page * PAGE : page * PAGE + 12]):
            target.write_bytes(content[: page * PAGE] + b"\xa5" * PAGE + content[(page + 1) * PAGE :])
            assert not is_whole(target), page
    target.write_bytes(b"Dear diary, " * PAGE)
    assert not is_whole(target)


def test_a_message_without_its_conversation_is_not_whole(
    store: SqlConversationStore, live: LiveDatabase, target: Path
) -> None:
    turns(store, 1)
    live.copy_to(target)
    with closing(driver().connect(target)) as copy:
        copy.execute("DELETE FROM conversations")
        copy.commit()
    assert not is_whole(target)
