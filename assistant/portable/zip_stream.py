"""An archive that is written while it is sent: a file at a time is in memory, and the list of names."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

_ZIP_YEARS = range(1980, 2108)
_READABLE_BY_OWNER = 0o100600 << 16


def zip_stream(files: Iterable[tuple[str, datetime, bytes]]) -> Iterator[bytes]:
    """`files`: name, time and content of each."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, moment, content in files:
            time = moment.timetuple()[:6] if moment.year in _ZIP_YEARS else (_ZIP_YEARS.start, 1, 1, 0, 0, 0)
            entry = zipfile.ZipInfo(name, time)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE_BY_OWNER
            archive.writestr(entry, content)
            yield sent.take()
    yield sent.take()


class _Sent(io.RawIOBase):
    """What cannot go back: zipfile then writes sizes behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        taken = bytes(piece)  # type: ignore[call-overload]  # any buffer
        self._pieces.append(taken)
        return len(taken)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
