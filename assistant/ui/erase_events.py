"""What a person does to be forgotten: delete everything of theirs, after the page asked whether they mean it."""

from collections.abc import AsyncIterator

from assistant.conversation_service import ConversationService
from assistant.ui.action import Action
from assistant.ui.pages import Pages
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class EraseEvents:
    def __init__(self, conversations: ConversationService, views: Views, pages: Pages) -> None:
        self._conversations = conversations
        self._views = views
        self._pages = pages

    def verbs(self) -> dict[str, Verb]:
        return {"delete-everything": self._delete_everything}

    async def _delete_everything(self, _: Action, visit: Visit) -> AsyncIterator[Updates]:
        deleted = await self._conversations.delete_everything(visit.owner_id)
        self._pages.turn(visit.page)
        # An account is among what was deleted: whoever had one is nobody now.
        left = self._views.account(None) if visit.account else {}
        yield {**await self._views.blank(visit.owner_id), **self._views.everything_deleted(deleted), **left}
