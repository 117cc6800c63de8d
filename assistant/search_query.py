"""What is looked for among an owner's conversations, and what is found. Plain values."""

from dataclasses import dataclass
from datetime import datetime

from assistant.conversation import Conversation, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    text: str
    """As typed: no character of it is an operator. Where it holds no term at all, nothing is found."""
    pinned: bool | None = None
    """None: either."""
    archived: bool | None = None
    shared: bool | None = None
    """With a link that works at the time `now`, which is needed for this alone."""
    now: datetime | None = None
    updated_after: datetime | None = None
    """The conversation was, at this time or later."""
    updated_before: datetime | None = None
    """Before this time, not at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    position: int
    """Higher is newer; the `before` of the next page."""
    conversation: Conversation
    message_id: str | None
    """None: the conversation's title was found."""
    role: Role | None
    text: str
    """All that the message is found by, or the title."""
    when: datetime
