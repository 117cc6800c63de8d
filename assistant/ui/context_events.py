"""What a person does to look behind an answer: see what the model saw, have it answer once more with the same seed."""

from collections.abc import AsyncIterator

from assistant.context_view import ContextViews
from assistant.repeating import Repeating
from assistant.ui.action import Action
from assistant.ui.following import Following
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class ContextEvents:
    def __init__(self, context: ContextViews, repeating: Repeating, following: Following, views: Views) -> None:
        self._context = context
        self._repeating = repeating
        self._following = following
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {"see": self._see, "run-again": self._run_again}

    async def _see(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        seen = await self._context.of(visit.owner_id, visit.at.conversation_id or "", action.message or "")
        yield self._views.context(seen)

    async def _run_again(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        run = self._repeating.again(
            visit.owner_id,
            visit.at.conversation_id or "",
            action.message or "",
            client_request_id=visit.at.request_id,
        )
        async for updates in self._following.begun(visit, run, {}):
            yield updates
