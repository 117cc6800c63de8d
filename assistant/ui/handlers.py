"""What the page's events do: parse, call the service, render. No rule of the assistant is here.

Each event is an async generator of updates. A page only watches a run: leaving it ends the watching, not the run.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import gradio as gr

from assistant.chat_service import ChatService
from assistant.conversation import Run
from assistant.errors import AssistantError, ConversationBusyError, ConversationMovedError, NoIdentityError
from assistant.run_update import RunStage
from assistant.sharing import SharingService
from assistant.ui.action import Action, read_action
from assistant.ui.layout import Screen
from assistant.ui.pages import Pages
from assistant.ui.position import Position, new_position, read_position
from assistant.ui.views import Updates, Views

logger = logging.getLogger(__name__)

UPDATE_SECONDS = 0.05
"""Between two updates of a growing answer: about 20 a second, however fast tokens come."""

Values = dict[Any, Any]
OwnerOf = Callable[[Mapping[str, str]], str | None]


class Handlers:
    def __init__(
        self,
        service: ChatService,
        sharing: SharingService,
        screen: Screen,
        views: Views,
        *,
        owner_of: OwnerOf,
        public_url: str,
    ) -> None:
        self._service = service
        self._sharing = sharing
        self._screen = screen
        self._views = views
        self._owner_of = owner_of
        self._public_url = public_url
        self._pages = Pages()

    async def load(self, request: gr.Request) -> AsyncIterator[Updates]:
        wanted = dict(request.query_params or {}).get("c")
        if self._pages.has_turned(request.session_hash):
            # Whoever was quicker than this event is looking at something already.
            yield self._views.unchanged()
            return
        async for updates in self._told(self._open(request, wanted)):
            yield updates

    async def new_chat(self, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._open(request, None)):
            yield updates

    async def send(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._send(values, request)):
            yield updates

    async def act(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._act(values, request)):
            yield updates

    async def stop(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._stop(values, request)):
            yield updates

    async def share(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._share(values, request)):
            yield updates

    async def keep_options(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(self._keep_options(values, request)):
            yield updates

    def _owner(self, request: gr.Request) -> str:
        """Raises NoIdentityError."""
        owner_id = self._owner_of(dict(request.cookies or {}))
        if owner_id is None:
            raise NoIdentityError
        return owner_id

    async def _told(self, events: AsyncIterator[Updates]) -> AsyncIterator[Updates]:
        """An error becomes words at the box; what was typed stays in it."""
        told = False
        try:
            async for updates in events:
                told = True
                yield updates
            if not told:
                # Gradio empties every output of an event that yields nothing at all.
                yield self._views.unchanged()
        except AssistantError as error:
            yield self._views.error(error)
        except Exception:
            logger.exception("a page event failed")
            yield self._views.internal_error()

    async def _open(self, request: gr.Request, conversation_id: str | None) -> AsyncIterator[Updates]:
        owner_id = self._owner(request)
        place = self._pages.turn(request.session_hash)
        active: Run | None = None
        try:
            if conversation_id is None:
                shown = await self._views.blank(owner_id)
            else:
                view = await self._service.open(owner_id, conversation_id)
                active = view.active_run
                shown = {} if active else await self._views.conversation(owner_id, view)
        except AssistantError as error:
            shown = {**await self._views.blank(owner_id), **self._views.error(error)}
        if not self._pages.still_at(place):
            return
        if active is None:
            yield shown
            return
        async for updates in self._follow(request, active):
            yield updates

    async def _send(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        text, at = values[self._screen.message], read_position(values[self._screen.position])
        if text.strip():
            run = self._ask(self._owner(request), text, at, values)
            async for updates in self._begun(request, at, run, {self._screen.message: ""}):
                yield updates

    async def _ask(self, owner_id: str, text: str, at: Position, values: Values) -> Run:
        options = self._views.options(values)
        if at.conversation_id and at.editing_id:
            return await self._service.edit(
                owner_id, at.conversation_id, at.editing_id, text, client_request_id=at.request_id, options=options
            )
        return await self._service.send(
            owner_id,
            at.conversation_id,
            text,
            expected_leaf_id=at.leaf_id,
            client_request_id=at.request_id,
            options=options,
        )

    async def _begun(
        self, request: gr.Request, at: Position, begin: Awaitable[Run], first: Updates
    ) -> AsyncIterator[Updates]:
        """Follow the run that `begin` gives. Where the conversation went on elsewhere, show that, and say so."""
        try:
            run = await begin
        except (ConversationMovedError, ConversationBusyError) as error:
            told = self._views.error(error)
            async for updates in self._open(request, at.conversation_id):
                yield {**updates, **told}
                told = {}
            return
        async for updates in self._follow(request, run, first):
            yield updates

    async def _follow(self, request: gr.Request, run: Run, first: Updates | None = None) -> AsyncIterator[Updates]:
        """Show the conversation with the run's growing answer, for as long as the page stays there.

        `first` goes out with the first update.
        """
        owner_id = self._owner(request)
        place = self._pages.turn(request.session_hash)
        also = {**await self._shown(owner_id, run), **(first or {})}
        async for update in self._service.watch(owner_id, run.id, UPDATE_SECONDS):
            if not self._pages.still_at(place):
                return
            if update.stage is RunStage.ENDED:
                ended = await self._shown(owner_id, run)
                yield {**also, **ended, **self._views.answered()}
                return
            yield {**also, **self._views.answer(update)}
            also = {}

    async def _shown(self, owner_id: str, run: Run) -> Updates:
        return await self._views.conversation(owner_id, await self._service.open(owner_id, run.conversation_id))

    async def _stop(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        at = read_position(values[self._screen.position])
        if at.conversation_id:
            await self._service.stop(self._owner(request), at.conversation_id)
        yield {self._screen.notice: ""}

    async def _share(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        owner_id = self._owner(request)
        conversation_id = read_position(values[self._screen.position]).conversation_id or ""
        token = await self._sharing.share(owner_id, conversation_id)
        base = self._public_url or str(request.base_url).rstrip("/")
        yield self._views.shares(await self._sharing.shares(owner_id, conversation_id), link=f"{base}/s/{token}")

    async def _keep_options(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        at = read_position(values[self._screen.position])
        options = self._views.options(values)
        if at.conversation_id:
            await self._service.set_options(self._owner(request), at.conversation_id, options)
        yield {self._screen.notice: ""}

    async def _act(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        action, owner_id = read_action(values[self._screen.action]), self._owner(request)
        at = read_position(values[self._screen.position])
        match action.do:
            case "open":
                events = self._open(request, action.conversation)
            case "ask":
                asked = {self._screen.message: action.text, self._screen.position: new_position().to_json()}
                events = self._send({**values, **asked}, request)
            case "regenerate":
                events = self._begun(request, at, self._regenerate(owner_id, action, at, values), {})
            case "version":
                events = self._change_version(request, owner_id, action, at)
            case "delete":
                events = self._delete(request, owner_id, action.conversation or "", at)
            case _:
                events = self._change(owner_id, action, at)
        async for updates in events:
            yield updates

    async def _regenerate(self, owner_id: str, action: Action, at: Position, values: Values) -> Run:
        return await self._service.regenerate(
            owner_id,
            at.conversation_id or "",
            action.message or "",
            client_request_id=at.request_id,
            options=self._views.options(values),
        )

    async def _change_version(
        self, request: gr.Request, owner_id: str, action: Action, at: Position
    ) -> AsyncIterator[Updates]:
        await self._service.select_version(owner_id, at.conversation_id or "", action.message or "")
        async for updates in self._open(request, at.conversation_id):
            yield updates

    async def _delete(
        self, request: gr.Request, owner_id: str, conversation_id: str, at: Position
    ) -> AsyncIterator[Updates]:
        title = (await self._service.open(owner_id, conversation_id)).conversation.title
        await self._service.delete(owner_id, conversation_id)
        if conversation_id == at.conversation_id:
            self._pages.turn(request.session_hash)
            rest = await self._views.blank(owner_id)
        else:
            rest = await self._views.list(owner_id, at.conversation_id)
        yield {**rest, **self._views.deleted(conversation_id, title)}

    async def _change(self, owner_id: str, action: Action, at: Position) -> AsyncIterator[Updates]:
        """What changes a part of the page."""
        chosen = action.conversation or ""
        match action.do:
            case "edit":
                yield await self._views.editing(owner_id, at, action.message or "")
            case "cancel-edit":
                yield self._views.editing_cancelled(at)
            case "rename":
                await self._service.rename(owner_id, chosen, action.text)
                yield await self._views.renamed(owner_id, chosen, at)
            case "restore":
                await self._service.restore(owner_id, chosen)
                yield {**await self._views.list(owner_id, at.conversation_id), self._screen.notice: ""}
            case "revoke":
                await self._sharing.revoke(owner_id, action.share or "")
                yield self._views.shares(await self._sharing.shares(owner_id, chosen))
            case "more":
                yield await self._views.list(owner_id, at.conversation_id, whole=True)
