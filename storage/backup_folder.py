"""A folder of the newest backups, and the way back from it."""

import filecmp
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from assistant.errors.app import BackupError
from storage.backup import LiveDatabase, is_whole, put, unfinished
from storage.sole_use import SoleUse

logger = logging.getLogger(__name__)

_NAMED = "assistant-*.db"
_LEFT_OVER_SECONDS = 3600


class BackupFolder:
    def __init__(self, folder: Path, keep: int, *, database: Path, clock: Callable[[], datetime]) -> None:
        """`keep`: so many backups, the newest."""
        self._folder = folder
        self._keep = keep
        self._database = database
        self._clock = clock
        self._live: LiveDatabase | None = None
        self._kept_version: int | None = None

    @property
    def is_apart(self) -> bool:
        """On another file system than the database: what empties that one leaves the backups."""
        return _device_of(self._folder) != _device_of(self._database)

    def add(self) -> Path | None:
        """Raises BackupError. None: nothing has changed since the newest backup, and no older one goes."""
        if self._live is None:
            self._live = LiveDatabase(self._database)
        version = self._live.version()
        if version == self._kept_version:
            return None
        with _told(self._folder):
            return self._add(self._live, version)

    def restore(self) -> Path | None:
        """Where there is no database: put the newest whole backup there. None: there is one, or no backup.

        Raises BackupError when the folder cannot be read: whoever began anew then would push the backups out.
        Raises StorageError when another process has the database.
        """
        with _told(self._folder), self._alone():
            self._clear_left_over()
            if self._database.exists():
                return None
            for backup in reversed(self._backups()):
                if self._put_back(backup):
                    logger.warning("no database at %s: restored from %s", self._database, backup)
                    return backup
                logger.warning("the backup %s is damaged", backup)
                # So that it is neither counted among the whole ones nor pushed out: somebody may want to rescue it.
                with suppress(OSError):
                    backup.replace(backup.with_suffix(".damaged"))
        return None

    def close(self) -> None:
        if self._live:
            self._live.close()

    def _add(self, live: LiveDatabase, version: int) -> Path | None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = self._backups()
        target = self._folder / f"assistant-{self._clock():%Y%m%dT%H%M%S}Z.db"
        live.copy_to(target)
        self._kept_version = version
        # After a start nobody knows what has changed; the same once more would push an older one out.
        if before and before[-1] != target and filecmp.cmp(before[-1], target, shallow=False):
            target.unlink()
            return None
        for old in self._backups()[: -self._keep]:
            old.unlink(missing_ok=True)
        return target

    def _put_back(self, backup: Path) -> bool:
        with unfinished(self._database) as copy:
            shutil.copyfile(backup, copy)
            if not is_whole(copy):
                return False
            for of_a_former_one in ("-wal", "-shm", "-journal"):
                self._database.with_name(self._database.name + of_a_former_one).unlink(missing_ok=True)
            put(copy, self._database)
        return True

    def _backups(self) -> list[Path]:
        """Oldest first."""
        try:
            # Not glob, which takes a folder that it may not read for an empty one.
            return sorted(file for file in self._folder.iterdir() if file.match(_NAMED))
        except FileNotFoundError:
            return []

    def _clear_left_over(self) -> None:
        """What a process that was killed did not finish."""
        for folder in (self._folder, self._database.parent):
            for file in folder.glob(".assistant*.unfinished"):
                if time.time() - file.stat().st_mtime > _LEFT_OVER_SECONDS:
                    file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A process that opened the database meanwhile would lose what it writes. Raises StorageError."""
        self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sole_use = SoleUse(self._database)
        try:
            yield
        finally:
            sole_use.end()


def _device_of(path: Path) -> int:
    """Of a path that may not be there yet."""
    there = next(place for place in (path.resolve(), *path.resolve().parents) if place.exists())
    return there.stat().st_dev


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(path=str(folder), fault=error.strerror or "the disk reports an error") from error
