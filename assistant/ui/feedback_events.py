"""What a person does with an answer that is good or bad: votes, says why, agrees to the export, thinks again."""

from collections.abc import AsyncIterator

from assistant.conversation import find_message
from assistant.conversation_service import ConversationService, ConversationView
from assistant.errors.input import InputError
from assistant.feedback import FeedbackService
from assistant.ui.action import Action
from assistant.ui.feedback_views import FeedbackViews
from assistant.ui.shown_part import shown_part
from assistant.ui.visit import Updates, Verb, Visit


class FeedbackEvents:
    def __init__(self, feedback: FeedbackService, conversations: ConversationService, views: FeedbackViews) -> None:
        self._feedback = feedback
        self._conversations = conversations
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {"rate": self._rate, "unrate": self._take_back, "rating": self._ask_why, "explain": self._explain}

    async def _rate(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        if action.vote is None:
            raise InputError
        await self._feedback.rate(visit.owner_id, _here(visit), action.message or "", action.vote)
        async for updates in self._ask_why(action, visit):
            yield updates

    async def _ask_why(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        view = await self._opened(visit)
        find_message(view.messages, action.message or "")
        agrees = await self._feedback.agrees_to_export(visit.owner_id)
        yield self._views.asked_why(view, action.message or "", agrees=agrees)

    async def _explain(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        if action.vote is None or action.agrees is None:
            raise InputError
        await self._feedback.rate(
            visit.owner_id,
            _here(visit),
            action.message or "",
            action.vote,
            reason=action.reason,
            comment=action.comment,
        )
        await self._feedback.set_agreement(visit.owner_id, action.agrees)
        view = await self._opened(visit)
        yield self._views.saved(view, agrees=action.agrees)

    async def _take_back(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._feedback.take_back(visit.owner_id, _here(visit), action.message or "")
        yield self._views.taken_back(await self._opened(visit))

    async def _opened(self, visit: Visit) -> ConversationView:
        return shown_part(await self._conversations.open(visit.owner_id, _here(visit)), visit.at.first_id)


def _here(visit: Visit) -> str:
    return visit.at.conversation_id or ""
