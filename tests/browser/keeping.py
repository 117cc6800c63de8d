"""Conversations put into the app's own database: long ones, old ones, many."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Locator, Page

from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, Role
from assistant.snapshot import Share
from storage.store import SqlConversationStore
from tests.contract.samples import keys, snapshot

Keep = Callable[..., Conversation]


def keep_in(store: SqlConversationStore, owner_id: str) -> Keep:
    def kept(
        title: str,
        texts: list[str],
        *,
        parents: list[int | None] | None = None,
        days_ago: int = 0,
        pinned: bool = False,
        archived: bool = False,
        shared: bool = False,
    ) -> Conversation:
        key, when = uuid4().hex, datetime.now(UTC) - timedelta(days=days_ago)
        follows = parents or [None, *range(len(texts) - 1)]
        messages = [
            Message(
                id=f"{key}-{number}",
                conversation_id=key,
                parent_id=None if follows[number] is None else f"{key}-{follows[number]}",
                role=Role.ASSISTANT if number % 2 else Role.USER,
                text=text,
                status=MessageStatus.COMPLETE,
                created_at=when + timedelta(milliseconds=number),
            )
            for number, text in enumerate(texts)
        ]
        conversation = Conversation(
            id=key,
            owner_id=owner_id,
            title=title,
            created_at=when,
            updated_at=when,
            leaf_id=messages[-1].id,
            options=GenerationOptions(),
            pinned=pinned,
            archived=archived,
        )
        store.add_conversation(conversation, messages)
        if shared:
            link = Share(id=f"s{key}", conversation_id=key, title=title, created_at=when)
            store.add_share(owner_id, link, keys(key.rjust(64, "0")), snapshot())
        return conversation

    return kept


def keep_and_open(page: Page, keep: Keep, texts: list[str]) -> Locator:
    """A conversation, opened from the list; its messages on the page."""
    keep("A long talk", texts)
    page.reload()
    page.get_by_role("link", name="A long talk").click()
    return page.get_by_role("log").get_by_role("article")
