"""Two answers to one question, side by side: the one that is there, and one made with another prompt or other options.

The second is a version like any other, so that nothing is lost whichever is kept; who keeps neither goes on with it.
"""

from collections.abc import AsyncIterator

from assistant.chat_service import ChatService
from assistant.conversation import Message, Run
from assistant.conversation_service import ConversationService, ConversationView
from assistant.prompt_choice import OWN, PromptChoice
from assistant.ui.action import Action
from assistant.ui.compare_views import CompareViews
from assistant.ui.following import Following
from assistant.ui.option_values import read_options, shown_options
from assistant.ui.shown_part import shown_part
from assistant.ui.visit import Updates, Verb, Visit


class CompareEvents:
    def __init__(
        self, service: ChatService, conversations: ConversationService, following: Following, views: CompareViews
    ) -> None:
        self._service = service
        self._conversations = conversations
        self._following = following
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {"compare": self._compare}

    async def _compare(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        here = visit.at.conversation_id or ""
        first = await self._conversations.message(visit.owner_id, here, action.message or "")
        async for updates in self._following.begun(visit, self._second(action, visit, first), {}):
            view = await self._opened(visit) if self._views.is_whole(updates) else None
            yield {**updates, **self._views.beside(first, updates, _ended(view, first))}

    async def _opened(self, visit: Visit) -> ConversationView:
        here = visit.at.conversation_id or ""
        return shown_part(await self._conversations.open(visit.owner_id, here), visit.at.first_id)

    async def _second(self, action: Action, visit: Visit, first: Message) -> Run:
        return await self._service.regenerate(
            visit.owner_id,
            first.conversation_id,
            first.id,
            client_request_id=visit.at.request_id,
            options=read_options({**shown_options(visit.read_options()), **action.options}),
            prompt=_chosen(action),
        )


def _chosen(action: Action) -> PromptChoice | None:
    """None: the conversation's."""
    if action.prompt is not None:
        return PromptChoice(template=OWN, own=action.prompt)
    return PromptChoice(template=action.template) if action.template else None


def _ended(view: ConversationView | None, first: Message) -> ConversationView | None:
    """The conversation, once the second answer is its end."""
    if view is None or view.active_run or not view.messages:
        return None
    second = view.messages[-1]
    return view if second.parent_id == first.parent_id and second.id != first.id else None
