"""Where a file is broken, said from the outside in: "conversation 3, message 12"."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors.input import BrokenFileError

_LONGEST_WORD = 60


def broken(fault: str, *place: str) -> BrokenFileError:
    return BrokenFileError(place=", ".join(part for part in place if part), fault=fault)


@contextmanager
def at(place: str) -> Iterator[None]:
    """What is broken inside is broken at that place."""
    try:
        yield
    except BrokenFileError as error:
        raise broken(str(error.facts["fault"]), place, str(error.facts["place"])) from error


def told(word: object) -> str:
    """A word of the file itself, fit to be shown: it may be of any length, and of any characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(word)[:_LONGEST_WORD])
