"""Answers in several messages become one: between two questions our conversations have a single answer.

Elsewhere a tool may have been asked in between, and its messages are gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.conversation import Message, Role
from assistant.portable.bounds import CONVERSATION_BYTES, TEXT_LENGTH
from assistant.portable.broken_file import broken

_SEAM = "\n\n"


def join_answers(messages: Sequence[Message], leaf_id: str | None) -> list[Message]:
    """The last part of an answer is the one that stays, with all of its text. Raises BrokenFileError."""
    by_id = {message.id: message for message in messages}
    gone_on_with: set[str | None] = set()
    needed: set[str | None] = {leaf_id}
    for message in messages:
        (gone_on_with if _goes_on(message, by_id) else needed).add(message.parent_id)
    joined: list[Message] = []
    room = CONVERSATION_BYTES  # an answer with many ends is written out once for each of them
    for message in messages:
        if message.id in gone_on_with and message.id not in needed:
            continue
        joined.append(_whole(message, by_id, room) if message.role is Role.ASSISTANT else message)
        room -= len(joined[-1].text)
    return joined


def _whole(message: Message, by_id: Mapping[str, Message], room: int) -> Message:
    parts = [message.text]
    length = len(message.text)
    first = message
    while _goes_on(first, by_id):
        first = by_id[str(first.parent_id)]
        parts.append(first.text)
        length += len(_SEAM) + len(first.text)
        if length > min(TEXT_LENGTH, room):
            raise broken(f"an answer in several messages is longer than {TEXT_LENGTH} characters")
    return replace(message, parent_id=first.parent_id, text=_SEAM.join(reversed(parts)))


def _goes_on(message: Message, by_id: Mapping[str, Message]) -> bool:
    if message.role is Role.USER or message.parent_id is None:
        return False
    return by_id[message.parent_id].role is Role.ASSISTANT
