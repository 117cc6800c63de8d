"""Where a page is: carried by the page itself, so that it outlives a restart of the server.

Everything in it is only a claim of the browser's; the service checks what it names.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from uuid import uuid4

from pydantic_core import from_json

from assistant.id_text import is_id

LONGEST_LIST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    conversation_id: str | None = None
    leaf_id: str | None = None
    """The newest message that the page has shown."""
    first_id: str | None = None
    """The oldest message that the page shows."""
    editing_id: str | None = None
    """The question that is being asked anew, while one is."""
    listed: int | None = None
    """How much of the list of conversations the page shows; None for its first page."""
    request_id: str
    """Of the next turn: the same page state sent twice is the same turn."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def edits(self, question_id: str | None) -> "Position":
        return replace(self, editing_id=question_id)


def new_position(
    conversation_id: str | None = None,
    leaf_id: str | None = None,
    first_id: str | None = None,
    listed: int | None = None,
) -> Position:
    return Position(
        conversation_id=conversation_id, leaf_id=leaf_id, first_id=first_id, listed=listed, request_id=uuid4().hex
    )


def read_position(text: str) -> Position:
    """A page that sends anything else is taken to be new."""
    try:
        given = from_json(text)
    except ValueError:
        return new_position()
    if not isinstance(given, dict):
        return new_position()
    known = {
        field.name: value
        for field in fields(Position)
        if field.name != "listed" and isinstance(value := given.get(field.name), str) and is_id(value)
    }
    listed = given.get("listed")
    length = listed if isinstance(listed, int) and 0 < listed <= LONGEST_LIST else None
    return Position(**{"request_id": uuid4().hex, **known}, listed=length)
