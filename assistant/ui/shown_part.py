"""Which part of a conversation the page shows: the end of it, and as much before as was asked for.

A conversation may have ten thousand messages, and a browser draws all that it is given anew at each turn.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation import Message, Role
from assistant.conversation_service import ConversationView

PART = 100
"""Messages: what is shown at first, and how many more at a time."""


def shown_part(view: ConversationView, first_id: str | None) -> ConversationView:
    """From the message `first_id` on, where it comes before the last `PART`; never from the middle of a turn."""
    messages = view.messages
    ids = [message.id for message in messages]
    first = max(0, len(ids) - PART)
    if first_id in ids:
        first = min(first, ids.index(first_id))
    first = _turn_of(messages, first)
    earlier_id = ids[_turn_of(messages, max(0, first - PART))] if first else None
    return replace(view, messages=messages[first:], left_out=first, earlier_id=earlier_id)


def _turn_of(messages: Sequence[Message], at: int) -> int:
    """The place of the question that is asked or answered there."""
    return at - 1 if at and messages[at].role is Role.ASSISTANT else at
