"""What a person does in the log: ask, edit, answer once more."""

from collections.abc import AsyncIterator
from dataclasses import replace

from assistant.chat_service import ChatService
from assistant.conversation import Run
from assistant.conversation_service import ConversationService
from assistant.errors.root import AssistantError
from assistant.ui.action import Action
from assistant.ui.attach_events import AttachEvents
from assistant.ui.following import Following
from assistant.ui.position import new_position
from assistant.ui.views import Views
from assistant.ui.visit import Updates, Verb, Visit


class TurnEvents:
    def __init__(
        self,
        service: ChatService,
        conversations: ConversationService,
        following: Following,
        views: Views,
        attaching: AttachEvents,
    ) -> None:
        self._service = service
        self._conversations = conversations
        self._following = following
        self._views = views
        self._attaching = attaching

    def verbs(self) -> dict[str, Verb]:
        return {
            "ask": self._ask_example,
            "edit": self._edit,
            "cancel-edit": self._cancel_edit,
            "regenerate": self._answer_anew,
            "continue": self._answer_anew,
        }

    async def send(self, visit: Visit) -> AsyncIterator[Updates]:
        if visit.text.strip() or visit.attachments:
            taken = await self._attaching.held(()) if visit.attachments else {}
            async for updates in self._following.begun(visit, self._begin(visit), {**self._views.sent(), **taken}):
                yield updates

    async def _begin(self, visit: Visit) -> Run:
        at, options = visit.at, visit.read_options()
        if at.conversation_id and at.editing_id:
            return await self._service.edit(
                visit.owner_id,
                at.conversation_id,
                at.editing_id,
                visit.text,
                client_request_id=at.request_id,
                options=options,
                prompt=visit.prompt,
                attachments=visit.attachments,
            )
        return await self._service.send(
            visit.owner_id,
            at.conversation_id,
            visit.text,
            expected_leaf_id=at.leaf_id,
            client_request_id=at.request_id,
            options=options,
            prompt=visit.prompt,
            attachments=visit.attachments,
        )

    async def _ask_example(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        """Without what is in the box and beside it, which stays there. One that is refused comes into an empty box."""
        first = self._views.sent() if visit.text == action.text else {}
        alone = replace(visit, text=action.text, attachments=(), at=new_position())
        try:
            async for updates in self._following.begun(alone, self._begin(alone), first):
                yield updates
        except AssistantError as error:
            box = {} if visit.text.strip() else self._views.kept(action.text)
            yield {**box, **self._views.error(error, again=action)}

    async def _answer_anew(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        verbs = {"regenerate": self._service.regenerate, "continue": self._service.continue_answer}
        run = verbs[action.do](
            visit.owner_id,
            visit.at.conversation_id or "",
            action.message or "",
            client_request_id=visit.at.request_id,
            options=visit.read_options(),
            prompt=visit.prompt,
        )
        async for updates in self._following.begun(visit, run, {}):
            yield updates

    async def _edit(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        at = visit.at
        question = await self._conversations.message(visit.owner_id, at.conversation_id or "", action.message or "")
        yield {**self._views.editing(at, question), **await self._attaching.held(question.attachments)}

    async def _cancel_edit(self, _: Action, visit: Visit) -> AsyncIterator[Updates]:
        yield self._views.editing_cancelled(visit.at)
