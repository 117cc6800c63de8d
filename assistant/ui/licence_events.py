"""What a person does when asked for a licence: accept it, which does what waited for it."""

from collections.abc import AsyncIterator, Mapping

from assistant.errors.input import InputError
from assistant.licences import LicenceService
from assistant.ui.action import Action
from assistant.ui.turn_events import TurnEvents
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class LicenceEvents:
    def __init__(self, licences: LicenceService, turns: TurnEvents, views: Views, verbs: Mapping[str, Verb]) -> None:
        """`verbs`: all those of the page."""
        self._licences = licences
        self._turns = turns
        self._views = views
        self._verbs = verbs

    def verbs(self) -> dict[str, Verb]:
        return {"accept-licence": self._accept}

    async def _accept(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        """Without an action that was refused, it was the question in the box."""
        await self._licences.accept(visit.owner_id, action.text)
        yield self._views.quiet()
        again = action.again
        if again and again.do not in self._verbs:
            raise InputError
        async for updates in self._verbs[again.do](again, visit) if again else self._turns.send(visit):
            yield updates
