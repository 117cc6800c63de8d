"""What the page shows of prompts: those to choose from, and what the chosen one looks like to the model."""

import json

from assistant.prompt_choice import PromptChoice, PromptPreset
from assistant.prompt_service import PromptPreview, PromptService
from assistant.ui.action import Action
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.visit import Updates
from assistant.wording import Wording


class PromptViews:
    def __init__(self, prompts: PromptService, screen: Screen, fragments: Fragments, wording: Wording) -> None:
        self._prompts = prompts
        self._screen = screen
        self._fragments = fragments
        self._t = wording

    async def chosen(self, owner_id: str, conversation_id: str | None, choice: PromptChoice) -> Updates:
        state = {
            "conversation": conversation_id,
            "choice": choice.model_dump(mode="json"),
            "offers": [[template, self._t(f"prompt.{_key(template)}")] for template in self._prompts.offers],
            "presets": [_told(preset) for preset in await self._prompts.presets(owner_id)],
        }
        return {self._screen.prompts.state: self._fragments.prompt_state(json.dumps(state))}

    def preview(self, preview: PromptPreview | None) -> Updates:
        return {self._screen.prompts.preview: self._fragments.prompt_preview(preview)}

    def saved(self, name: str) -> Updates:
        return {self._screen.notice: self._fragments.notice(self._t("prompt.saved", name=name))}

    def deleted(self, preset: PromptPreset) -> Updates:
        undo = Action(do="save-prompt", text=preset.name, prompt=preset.prompt).model_dump_json(exclude_defaults=True)
        told = self._t("prompt.deleted", name=preset.name)
        return {self._screen.notice: self._fragments.notice(told, action=undo, label=self._t("control.undo"))}


def _key(template: str) -> str:
    return template.replace("tech_assistant/v1", "long").replace("tech_assistant/", "")


def _told(preset: PromptPreset) -> dict[str, object]:
    return {"id": preset.id, "name": preset.name, "prompt": preset.prompt.model_dump(mode="json")}
