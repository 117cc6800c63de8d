"""What a person does with prompts: choose one for the conversation, look at it, save one of their own."""

from collections.abc import AsyncIterator

from assistant.conversation_service import ConversationService
from assistant.errors.app import NotFoundError
from assistant.errors.input import InputError
from assistant.prompt_choice import SUITED_PROMPT, PromptPreset
from assistant.prompt_service import PromptService
from assistant.ui.action import Action
from assistant.ui.prompt_views import PromptViews
from assistant.ui.visit import Updates, Verb, Visit


class PromptEvents:
    def __init__(self, prompts: PromptService, conversations: ConversationService, views: PromptViews) -> None:
        self._prompts = prompts
        self._conversations = conversations
        self._views = views

    def verbs(self) -> dict[str, Verb]:
        return {"save-prompt": self._save, "rename-prompt": self._rename, "delete-prompt": self._delete}

    async def keep(self, visit: Visit) -> AsyncIterator[Updates]:
        """What was chosen goes with the conversation from now on; what it looks like is shown."""
        if visit.prompt is None:
            return
        if visit.at.conversation_id:
            await self._prompts.choose(visit.owner_id, visit.at.conversation_id, visit.prompt)
        yield self._views.preview(await self._prompts.preview(visit.prompt))

    async def _save(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        if action.prompt is None:
            raise InputError
        await self._prompts.save(visit.owner_id, action.text, action.prompt)
        yield {**await self._again(visit), **self._views.saved(action.text)}

    async def _rename(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        await self._prompts.rename(visit.owner_id, action.preset or "", action.text)
        yield {**await self._again(visit), **self._views.saved(action.text)}

    async def _delete(self, action: Action, visit: Visit) -> AsyncIterator[Updates]:
        preset = await self._preset(visit.owner_id, action.preset or "")
        await self._prompts.delete(visit.owner_id, preset.id)
        yield {**await self._again(visit), **self._views.deleted(preset)}

    async def _preset(self, owner_id: str, preset_id: str) -> PromptPreset:
        for preset in await self._prompts.presets(owner_id):
            if preset.id == preset_id:
                return preset
        raise NotFoundError(kind="preset")

    async def _again(self, visit: Visit) -> Updates:
        """The list anew. What is being edited stays the page's: it says so with every event."""
        choice, here = visit.prompt or SUITED_PROMPT, visit.at.conversation_id
        if visit.prompt is None and here:
            choice = (await self._conversations.conversation(visit.owner_id, here)).prompt
        return await self._views.chosen(visit.owner_id, here, choice)
