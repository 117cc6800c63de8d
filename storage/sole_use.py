"""One process of the app a SQLite file: what a second one finds unfinished would not be lost, but in the making.

The system takes the lock back when its process ends, however that ends; the file beside the database stays, unlocked.
"""

import fcntl
import os
from pathlib import Path

from assistant.errors.app import StorageError


class SoleUse:
    """Held until `end`. Raises StorageError when another process has it, OSError where there can be no such file."""

    def __init__(self, database_file: Path) -> None:
        real = database_file.resolve()
        self._file = os.open(real.with_name(f"{real.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.end()
            raise StorageError(fault="another process of this app uses it: several need PostgreSQL") from error

    def end(self) -> None:
        os.close(self._file)
