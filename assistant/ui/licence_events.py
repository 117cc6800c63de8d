"""What a person does when asked for a licence: accept it, which sends the question that waited for it."""

from collections.abc import AsyncIterator

from assistant.licences import LicenceService
from assistant.ui.action import Action
from assistant.ui.turn_events import TurnEvents
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class LicenceEvents:
    def __init__(self, licences: LicenceService, turns: TurnEvents, views: Views) -> None:
        self._licences = licences
        self._turns = turns
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {"accept-licence": self._accept}

    async def _accept(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._licences.accept(visit.owner_id, action.text)
        yield self._views.quiet()
        async for updates in self._turns.send(visit):
            yield updates
