"""Shows conversations and the answers that grow in them, for as long as the page stays there.

A page only watches a run: leaving it ends the watching, not the run.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress

from assistant.chat_service import ChatService
from assistant.conversation import Conversation, Run
from assistant.conversation_service import ConversationService, ConversationView
from assistant.errors.app import ConversationBusyError, ConversationMovedError, NotFoundError
from assistant.errors.root import AssistantError
from assistant.id_text import checked_id
from assistant.run_update import RunStage
from assistant.titles import Titles
from assistant.ui.pages import Pages, Place
from assistant.ui.shown_part import shown_part
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Visit

UPDATE_SECONDS = 0.05
"""Between two updates of a growing answer: about 20 a second, however fast tokens come."""


class Following:
    def __init__(
        self, service: ChatService, conversations: ConversationService, titles: Titles, views: Views, pages: Pages
    ) -> None:
        self._service = service
        self._conversations = conversations
        self._titles = titles
        self._views = views
        self._pages = pages

    async def open(
        self, visit: Visit, conversation_id: str | None, *, announced: bool = False
    ) -> AsyncIterator[Updates]:
        """Show a conversation, its running answer too; None shows the page of a new one. `announced`: to those who
        do not see it."""
        place = self._pages.turn(visit.page)
        active: Run | None = None
        try:
            if conversation_id is None:
                shown = await self._views.blank(visit.owner_id, visit.at.listed)
            else:
                view = await self._opened(visit, checked_id(conversation_id, "conversation"))
                active = view.active_run
                at = visit.at
                shown = {} if active else await self._views.conversation(visit.owner_id, view, at.listed, at.editing_id)
                shown |= self._views.opened(view.conversation) if announced else {}
        except AssistantError as error:
            shown = {**await self._views.blank(visit.owner_id, visit.at.listed), **self._views.error(error)}
        if not self._pages.still_at(place):
            return
        if active is None:
            yield shown
            return
        async for updates in self.follow(visit, active):
            yield updates

    async def begun(self, visit: Visit, begin: Awaitable[Run], first: Updates) -> AsyncIterator[Updates]:
        """Follow the run that `begin` gives. Where the conversation went on elsewhere, show that, and say so."""
        try:
            run = await begin
        except (ConversationMovedError, ConversationBusyError) as error:
            if visit.at.editing_id:
                # Told where they are, they can send it once more; elsewhere it would be a question of its own.
                raise
            told = self._views.error(error)
            async for updates in self.open(visit, visit.at.conversation_id):
                yield {**updates, **told}
                told = {}
            return
        async for updates in self.follow(visit, run, first):
            yield updates

    async def follow(self, visit: Visit, run: Run, first: Updates | None = None) -> AsyncIterator[Updates]:
        """Show the conversation with the run's growing answer; without it on another branch. `first` goes out
        with the first update."""
        place = self._pages.turn(visit.page)
        began = await self._opened(visit, run.conversation_id)
        is_shown = run.answer_id in (message.id for message in began.messages)
        also = {**await self._views.conversation(visit.owner_id, began, visit.at.listed), **(first or {})}
        if not is_shown:
            yield also
            also = {}
        async for update in self._service.watch(visit.owner_id, run.id, UPDATE_SECONDS):
            if not self._pages.still_at(place):
                return
            if update.stage is RunStage.ENDED:
                view = await self._opened(visit, run.conversation_id)
                ended = await self._views.conversation(visit.owner_id, view, visit.at.listed)
                yield {**also, **ended, **self._views.answered(update.status)}
                async for updates in self._named(place, run, view.conversation):
                    yield updates
                return
            if is_shown:
                yield {**also, **self._views.answer(update)}
                also = {}

    async def _named(self, place: Place, run: Run, before: Conversation) -> AsyncIterator[Updates]:
        """The name that the model gives the conversation now, if it does."""
        await self._titles.settled(run.id)
        with suppress(NotFoundError):  # deleted meanwhile
            now = await self._conversations.conversation(run.owner_id, run.conversation_id)
            if now.title != before.title and self._pages.still_at(place):
                yield self._views.named(now)

    async def _opened(self, visit: Visit, conversation_id: str) -> ConversationView:
        return shown_part(await self._conversations.open(visit.owner_id, conversation_id), visit.at.first_id)
