"""The list of conversations as it is shown: pinned ones first, then by date, a page at a time; or the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from assistant.conversation import Conversation, Shelf
from assistant.conversation_service import ConversationService

PAGE = 50
_PINNED_FOR_EACH = 4
"""All of them nearly always: so many for each other one that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGroup:
    """`key` is a sentence of "list"; `when` is only for months long gone."""

    key: str
    when: datetime | None
    conversations: list[Conversation]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationList:
    shelf: Shelf
    groups: list[ListGroup]
    next_length: int | None
    """Of a list that is one page longer; None when it is whole."""


async def read_list(
    service: ConversationService, owner_id: str, now: datetime, shelf: Shelf = Shelf.MAIN, length: int | None = None
) -> ConversationList:
    """`shelf` is MAIN, with the pinned ones above, or ARCHIVED. Days are those of the zone that `now` is in."""
    length = length or PAGE
    found = await service.conversations(owner_id, length + 1, shelf=shelf)
    groups = _by_date(found[:length], now)
    has_more = len(found) > length
    if shelf is Shelf.MAIN:
        most = _PINNED_FOR_EACH * length
        if pinned := await service.conversations(owner_id, most + 1, shelf=Shelf.PINNED):
            groups.insert(0, ListGroup(key="pinned", when=None, conversations=pinned[:most]))
        has_more |= len(pinned) > most
    return ConversationList(shelf=shelf, groups=groups, next_length=length + PAGE if has_more else None)


def _by_date(found: Sequence[Conversation], now: datetime) -> list[ListGroup]:
    """`found` newest first."""
    groups: list[ListGroup] = []
    for (key, month), members in groupby(
        found, lambda conversation: _age(conversation.updated_at.astimezone(now.tzinfo), now)
    ):
        conversations = list(members)
        groups.append(
            ListGroup(key=key, when=conversations[0].updated_at if month else None, conversations=conversations)
        )
    return groups


def _age(updated_at: datetime, now: datetime) -> tuple[str, tuple[int, int] | None]:
    days = (now.date() - updated_at.date()).days
    for key, bound in (("today", 1), ("yesterday", 2), ("last_7_days", 7), ("last_30_days", 30)):
        if days < bound:
            return key, None
    return "month", (updated_at.year, updated_at.month)
