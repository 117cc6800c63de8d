"""What an id looks like, of whatever it is. Anything else names nothing, and no database is asked for it."""

import re

from assistant.errors.app import NotFoundError

ID = r"[A-Za-z0-9_-]{1,64}"
_ID = re.compile(ID)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def checked_id(text: str, kind: str) -> str:
    """Of something of that kind. Raises NotFoundError for what is no id."""
    if not is_id(text):
        raise NotFoundError(kind=kind)
    return text
