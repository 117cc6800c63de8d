"""What a person does with links: make one, revoke one."""

from collections.abc import AsyncIterator

from assistant.sharing import SharingService
from assistant.ui.action import Action
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class ShareEvents:
    def __init__(self, sharing: SharingService, views: Views, public_url: str) -> None:
        self._sharing = sharing
        self._views = views
        self._public_url = public_url

    def verbs(self) -> dict[str, Verb]:
        return {"revoke": self._revoke}

    async def share(self, visit: Visit) -> AsyncIterator[Updates]:
        conversation_id = visit.at.conversation_id or ""
        token = await self._sharing.share(visit.owner_id, conversation_id)
        link = f"{self._public_url or visit.base_url}/s/{token}"
        yield self._views.shares(await self._sharing.shares(visit.owner_id, conversation_id), link=link)

    async def _revoke(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._sharing.revoke(visit.owner_id, action.share or "")
        yield self._views.shares(await self._sharing.shares(visit.owner_id, action.conversation or ""))
