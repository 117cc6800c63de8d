"""The page's events as Gradio calls them: read what the page says, do it, tell of errors at the box.

No rule of the assistant is here. Each event is an async generator of updates.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import gradio as gr

from assistant.errors.input import InputError
from assistant.errors.root import AssistantError
from assistant.identity import Identity
from assistant.internet_address import come_from
from assistant.languages import choose_language, speak
from assistant.time_zones import choose_zone, live_in
from assistant.ui.action import read_action
from assistant.ui.attached_field import read_attachments
from assistant.ui.events import Events
from assistant.ui.layout import Screen
from assistant.ui.position import read_position
from assistant.ui.prompt_field import read_prompt_field
from assistant.ui.services import Services
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Visit

logger = logging.getLogger(__name__)

Values = Mapping[Any, Any]
Identify = Callable[[Mapping[str, str], str], Awaitable[Identity]]
"""From a request's cookies and scheme to its sender; raises NoIdentityError."""


def speak_with(request: gr.Request) -> None:
    """In the language and by the clock of its browser. Events run in Gradio's tasks, which no middleware reaches."""
    cookies = dict(request.cookies or {})
    speak(choose_language(cookies, (request.headers or {}).get("accept-language", "")))
    live_in(choose_zone(cookies))


class Handlers:
    def __init__(self, services: Services, screen: Screen, views: Views, events: Events, *, identify: Identify) -> None:
        self._services = services
        self._screen = screen
        self._views = views
        self._events = events
        self._identify = identify

    async def load(self, request: gr.Request) -> AsyncIterator[Updates]:
        if self._events.pages.has_turned(request.session_hash):
            # Whoever was quicker than this event is looking at something already.
            yield self._views.unchanged()
            return
        wanted = dict(request.query_params or {}).get("c")
        opened = partial(self._open_first, wanted)
        async for updates in self._told({}, request, opened, otherwise=self._views.of_nobody()):
            yield self._views.of_a_new_page(updates)

    async def new_chat(self, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told({}, request, lambda visit: self._events.following.open(visit, None)):
            yield updates

    async def send(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, self._events.turns.send):
            yield updates

    async def act(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, partial(self._act, values)):
            yield updates

    async def stop(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, self._stop):
            yield updates

    async def draw_attached(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, self._events.attaching.draw):
            yield updates

    async def find(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        look = partial(self._events.searching.find, values[self._screen.query] or "")
        async for updates in self._told(values, request, look):
            yield updates

    async def keep_prompt(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, self._events.prompts.keep):
            yield updates

    async def keep_options(self, values: Values, request: gr.Request) -> AsyncIterator[Updates]:
        async for updates in self._told(values, request, self._keep_options):
            yield updates

    async def _told(
        self,
        values: Values,
        request: gr.Request,
        event: Callable[[Visit], AsyncIterator[Updates]],
        otherwise: Updates | None = None,
    ) -> AsyncIterator[Updates]:
        """An error becomes words at the box; what was typed stays in it. `otherwise`: what is shown besides, then."""
        told = False
        speak_with(request)
        come_from(request.client.host if request.client else "")
        try:
            async for updates in event(await self._visit(values, request)):
                told = True
                yield updates
            if not told:
                # Gradio empties every output of an event that yields nothing at all.
                yield self._views.unchanged()
        except AssistantError as error:
            yield {**(otherwise or {}), **self._views.error(error)}
        except Exception:
            logger.exception("a page event failed")
            yield self._views.internal_error()

    async def _visit(self, values: Values, request: gr.Request) -> Visit:
        """Raises NoIdentityError, TooManyRequestsError, AttachmentError."""
        identity = await self._identify(dict(request.cookies or {}), request.url.scheme)
        self._services.limits.take_request(identity.owner_id)
        # A page that is not ours may send null for any of these.
        at = read_position(values.get(self._screen.position) or "")
        return Visit(
            owner_id=identity.owner_id,
            account=identity.account,
            page=request.session_hash or "",
            at=at,
            prompt=read_prompt_field(values.get(self._screen.prompts.field) or "", at.conversation_id),
            text=values.get(self._screen.message) or "",
            attachments=read_attachments(values.get(self._screen.attachments) or ""),
            read_options=partial(self._views.options, values),
        )

    async def _open_first(self, wanted: str | None, visit: Visit) -> AsyncIterator[Updates]:
        also = self._views.account(visit.account)
        async for updates in self._events.following.open(visit, wanted):
            yield {**updates, **also}
            also = {}

    async def _act(self, values: Values, visit: Visit) -> AsyncIterator[Updates]:
        action = read_action(values[self._screen.action] or "")
        verb = self._events.verbs.get(action.do)
        if verb is None:
            raise InputError
        try:
            async for updates in verb(action, visit):
                yield updates
        except AssistantError as error:
            yield self._views.error(error, again=action)

    async def _stop(self, visit: Visit) -> AsyncIterator[Updates]:
        if visit.at.conversation_id:
            await self._services.chat.stop(visit.owner_id, visit.at.conversation_id)
        yield self._views.quiet()

    async def _keep_options(self, visit: Visit) -> AsyncIterator[Updates]:
        options = visit.read_options()
        if visit.at.conversation_id:
            await self._services.conversations.set_options(visit.owner_id, visit.at.conversation_id, options)
        yield self._views.quiet()
