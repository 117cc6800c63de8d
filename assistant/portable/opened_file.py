"""A file as somebody gives it: one of JSON, or an archive with some in it. Nothing is ever written by an entry's name.

Knows nothing of what the JSON says.
"""

import errno
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from typing import IO

from assistant.portable.bounds import (
    CONVERSATION_BYTES,
    DIRECTORY_BYTES,
    ENTRIES,
    UNPACKED_BYTES,
    UNPACKED_RATIO,
)
from assistant.portable.broken_file import broken, told

_ZIP = b"PK"
_END, _END_SIZE, _END_SEARCHED = b"PK\x05\x06", 22, 22 + 65_535
_END_64 = b"PK\x06\x07"
_ENCRYPTED = 0x1
# ChatGPT's and HuggingChat's archives have all in one file or a few numbered ones, beside files about other things.
_ALL_IN_ONE = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")
_ANY_JSON = re.compile(r"(?!__MACOSX/).*\.jsonl?")
_OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)|.*[\x00-\x1f]")
_CHUNK = 1 << 16


def json_files(file: IO[bytes]) -> Iterator[tuple[str, mmap]]:
    """The name of each JSON file, empty for the file itself, and its content, mapped: it may be larger than memory.

    `file`: a real one, on the disk. Raises BrokenFileError.
    """
    file.seek(0)
    beginning = file.read(len(_ZIP))
    if not beginning:
        raise broken("it is empty", "the file")
    if beginning != _ZIP:
        yield "", mmap(file.fileno(), 0, access=ACCESS_READ)
        return
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _entries(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise broken("the archive is damaged", "the file") from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # An entry that is said to begin before the beginning.
        raise broken("the archive is damaged", "the file") from error


def _check_directory(file: IO[bytes]) -> None:
    """Before it is read as a whole: how large it says it is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SEARCHED))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_SIZE:
        raise broken("the archive is cut off", "the file")
    entries, directory = int.from_bytes(tail[end + 10 : end + 12], "little"), tail[end + 12 : end + 16]
    is_large = tail[max(0, end - 20) : end].startswith(_END_64)
    if is_large or entries > ENTRIES or int.from_bytes(directory, "little") > DIRECTORY_BYTES:
        raise broken(f"the archive has more than {ENTRIES} entries", "the file")


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, mmap]]:
    for number, entry in enumerate(archive.infolist(), start=1):
        _check(entry, f"entry {number}")
    chosen = [entry for entry in archive.infolist() if _ALL_IN_ONE.fullmatch(entry.filename)]
    chosen = chosen or [entry for entry in archive.infolist() if _ANY_JSON.fullmatch(entry.filename)]
    room = UNPACKED_BYTES
    for entry in chosen:
        with tempfile.TemporaryFile() as unpacked:
            room -= _unpack(archive, entry, unpacked, room)
            if unpacked.tell():
                yield told(entry.filename), mmap(unpacked.fileno(), 0, access=ACCESS_READ)


def _check(entry: zipfile.ZipInfo, place: str) -> None:
    if _OUTSIDE.match(entry.filename) or entry.orig_filename != entry.filename:
        raise broken("its name leads out of the archive", place)
    if entry.flag_bits & _ENCRYPTED:
        raise broken("it is encrypted", place)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: IO[bytes], room: int) -> int:
    """Bytes written. What an entry says of its size is not believed."""
    place = told(entry.filename)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise broken("it is packed in an unusual way", place)
    allowed = max(CONVERSATION_BYTES, entry.compress_size * UNPACKED_RATIO)
    size = 0
    with archive.open(entry) as packed:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                raise broken("it unpacks to far more than it should", place)
            if size > room:
                raise broken(f"the archive unpacks to more than {UNPACKED_BYTES} bytes", place)
            to.write(chunk)
    to.flush()
    return size
