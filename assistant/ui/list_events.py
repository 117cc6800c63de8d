"""What a person does in the list of conversations: open, rename, pin, archive, delete, several at once too."""

from collections.abc import AsyncIterator
from dataclasses import replace

from assistant.conversation import Shelf
from assistant.conversation_service import ConversationService
from assistant.ui.action import Action
from assistant.ui.following import Following
from assistant.ui.pages import Pages
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class ListEvents:
    def __init__(self, conversations: ConversationService, following: Following, views: Views, pages: Pages) -> None:
        self._conversations = conversations
        self._following = following
        self._views = views
        self._pages = pages

    def verbs(self) -> dict[str, Verb]:
        return {
            "open": self._open,
            "more": self._more,
            "deleted": self._deleted,
            "rename": self._rename,
            "pin": self._pin,
            "unpin": self._pin,
            "archive": self._archive,
            "unarchive": self._archive,
            "delete": self._delete,
            "restore": self._restore,
        }

    async def _open(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        if action.conversation and action.message:
            await self._conversations.reveal(visit.owner_id, action.conversation, action.message)
            visit = replace(visit, at=replace(visit.at, first_id=action.message))
        async for updates in self._following.open(visit, action.conversation, announced=True):
            yield updates

    async def _more(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        yield await self._views.list(visit.owner_id, visit.at.conversation_id, action.shelf, action.length)

    async def _deleted(self, _: Action, visit: Visit) -> AsyncIterator[Updates]:
        yield await self._views.recently_deleted(visit.owner_id)

    async def _rename(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.rename(visit.owner_id, action.conversation or "", action.text)
        yield {**await self._views.renamed(visit.owner_id, action.conversation or "", visit.at), **self._views.quiet()}

    async def _pin(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.pin(visit.owner_id, action.conversation or "", action.do == "pin")
        yield {**await self._listed(visit), **self._views.quiet()}

    async def _archive(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        archived = action.do == "archive"
        await self._conversations.archive(visit.owner_id, action.chosen, archived)
        listed = await self._listed(visit, action.shelf)
        yield {**listed, **(self._views.archived(action.chosen) if archived else {})}

    async def _delete(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        titles = [(await self._conversations.conversation(visit.owner_id, each)).title for each in action.chosen]
        await self._conversations.delete(visit.owner_id, action.chosen)
        if visit.at.conversation_id in action.chosen:
            self._pages.turn(visit.page)
            rest = await self._views.blank(visit.owner_id, visit.at.listed)
        else:
            rest = await self._listed(visit, action.shelf)
        yield {**rest, **self._views.deleted(action.chosen, titles)}

    async def _restore(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.restore(visit.owner_id, action.chosen)
        yield {**await self._listed(visit), **self._views.quiet()}

    async def _listed(self, visit: Visit, shelf: Shelf = Shelf.MAIN) -> Updates:
        """As much of the list as the page shows; of the archive its first page."""
        length = visit.at.listed if shelf is Shelf.MAIN else None
        return await self._views.list(visit.owner_id, visit.at.conversation_id, shelf, length)
