"""What a person typed, before it is kept: accepted as it is, or refused with the reason."""

import re

from assistant.errors.input import BlankMessageError, MessageTooLongError

_TITLE_LENGTH = 60
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
# NUL cannot be kept by PostgreSQL, a lone surrogate by no encoding: both become the replacement character, visibly.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# Turns text round unseen, or begins a command where a terminal takes it: a name stands among other words.
_NOT_IN_NAMES = re.compile("[\x00\x1b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def accept(text: str, limit: int) -> str:
    """The text to keep; `limit` in characters. Raises BlankMessageError, MessageTooLongError."""
    if not text.strip():
        raise BlankMessageError
    if len(text) > limit:
        raise MessageTooLongError(size=len(text), limit=limit, unit="characters")
    return storable(text)


def storable(text: str) -> str:
    """The text as every database can keep it."""
    return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_name(text: str) -> str:
    """Without what would change how the words around it read."""
    return _NOT_IN_NAMES.sub("", text)


def title_of(text: str) -> str:
    """A conversation's name from its first words, before any code: one line, at most 60 characters, cut at a word where
    one ends."""
    said = _FENCE.split(text, 1)[0].strip() or text
    line = plain_name(" ".join(said.split()))
    if len(line) <= _TITLE_LENGTH:
        return line
    cut = line[: _TITLE_LENGTH - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[20:] else cut) + "…"
