"""A copy of a SQLite database that is in use: whole and verified under its name, or not there at all.

Knows nothing of when copies are made and which of them are kept.
"""

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant.errors.app import BackupError
from storage.database import fault_in_words, sqlite_file
from storage.file_system import network_type
from storage.sqlite import driver

_PAGES_A_STEP = 256
_BUSY_MILLISECONDS = 5000


def back_up(url: str, target: Path) -> None:
    """One copy of the database at a SQLAlchemy URL. Raises BackupError, SettingsError for a URL that is none."""
    file = sqlite_file(url)
    if file is None:
        raise BackupError(path=str(target), fault="pg_dump makes backups of PostgreSQL")
    with closing(LiveDatabase(file)) as live:
        live.copy_to(target)


class LiveDatabase:
    """A database file that others write to meanwhile. Never opened but by SQLite: closing it would drop its locks."""

    def __init__(self, path: Path) -> None:
        """Raises BackupError when there is no database."""
        self._path = path
        if not path.is_file():
            raise BackupError(path=str(path), fault="there is no database")
        with _told(path):
            self._connection = _connect(path, "mode=rw")
            self._connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")

    def version(self) -> int:
        """Another number after each change that somebody else made."""
        with _told(self._path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def copy_to(self, target: Path) -> None:
        """Replaces what is there. Raises BackupError, and `target` is then as it was."""
        if not target.parent.is_dir():
            raise BackupError(path=str(target), fault="there is no such folder")
        if target.exists() and target.samefile(self._path):
            raise BackupError(path=str(target), fault="that is the database itself")
        # SQLite writes back and forth, which network folders are bad at: these get the finished file in one go.
        place = target.parent if network_type(target.parent) is None else self._path.parent
        with _told(target), unfinished(place / target.name) as copy:
            self._copy_pages(copy)
            if not is_whole(copy):
                raise BackupError(path=str(target), fault="the copy is damaged")
            put(copy, target)

    def close(self) -> None:
        self._connection.close()

    def _copy_pages(self, copy: Path) -> None:
        with closing(driver().connect(copy)) as writing:
            # Nobody reads it before it is finished, and an unfinished one is thrown away.
            writing.execute("PRAGMA journal_mode=OFF")
            writing.execute("PRAGMA synchronous=OFF")
            with self._one_state():
                self._connection.backup(writing, pages=_PAGES_A_STEP, sleep=0.001)

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """With WAL a reader holds up nobody, and the copy is of one moment. Without, each step lets writers pass, and
        SQLite begins again when one did."""
        if self._connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            yield
            return
        self._connection.execute("BEGIN")
        try:
            # The reading begins with the first read.
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            yield
        finally:
            self._connection.execute("ROLLBACK")


def is_whole(path: Path) -> bool:
    """Whether all of a database that nobody uses is there and fits together."""
    try:
        # Immutable: no lock is asked for and no file made beside it.
        with closing(_connect(path, "mode=ro&immutable=1")) as reading:
            ((size,),) = reading.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            # An empty file would be a perfect database, without anything in it; a last page that is blank but for its
            # beginning may miss its end.
            return (
                path.stat().st_size == size
                and reading.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,)
                and reading.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                and reading.execute("PRAGMA foreign_key_check").fetchone() is None
            )
    except driver().DatabaseError:
        return False


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """An empty file beside `path` for the owner's eyes only, gone at the end of the block unless it was renamed."""
    file = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    # Of a process of the same number that was killed: in a container they often have the same.
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def put(finished: Path, target: Path) -> None:
    """Give a finished file its name, durably, wherever that is. Raises OSError."""
    if finished.parent == target.parent:
        _sync(finished)
        finished.replace(target)
        # Some network file systems cannot sync a folder.
        with suppress(OSError):
            _sync(target.parent)
        return
    with unfinished(target) as moved:
        shutil.copyfile(finished, moved)
        if not filecmp.cmp(finished, moved, shallow=False):
            raise BackupError(path=str(target), fault="the copy is damaged")
        put(moved, target)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _connect(path: Path, how: str) -> Any:  # noqa: ANN401  # the driver's connection
    # isolation_level None: the driver begins no transactions of its own.
    uri = f"file:{quote(str(path.resolve()))}?{how}"
    return driver().connect(uri, uri=True, isolation_level=None, check_same_thread=False)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except driver().Error as error:
        raise BackupError(path=str(path), fault=fault_in_words(str(error))) from error
    except OSError as error:
        raise BackupError(path=str(path), fault=error.strerror or "the disk reports an error") from error
