"""What a person does with the branches of a conversation: move between versions, fork, delete one."""

from collections.abc import AsyncIterator

from assistant.conversation_service import ConversationService
from assistant.ui.action import Action
from assistant.ui.following import Following
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class BranchEvents:
    def __init__(self, conversations: ConversationService, following: Following, views: Views) -> None:
        self._conversations = conversations
        self._following = following
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {
            "version": self._version,
            "fork": self._fork,
            "delete-branch": self._delete,
            "restore-branch": self._restore,
        }

    async def _version(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.select_version(visit.owner_id, _here(visit), action.message or "")
        async for updates in self._following.open(visit, visit.at.conversation_id):
            yield updates

    async def _fork(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        fork_id = await self._conversations.fork(
            visit.owner_id, _here(visit), action.message or "", client_request_id=visit.at.request_id
        )
        async for updates in self._following.open(visit, fork_id):
            yield updates

    async def _delete(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.delete_branch(visit.owner_id, _here(visit), action.message or "")
        async for updates in self._following.open(visit, visit.at.conversation_id):
            yield {**updates, **self._views.branch_deleted(action.message or "")}

    async def _restore(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._conversations.restore_branch(visit.owner_id, _here(visit), action.message or "")
        async for updates in self._following.open(visit, visit.at.conversation_id):
            yield updates


def _here(visit: Visit) -> str:
    return visit.at.conversation_id or ""
