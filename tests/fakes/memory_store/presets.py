"""Saved prompts in memory."""

from dataclasses import replace

from assistant.errors.app import NotFoundError
from assistant.errors.input import PresetNameTakenError, TooManyPresetsError
from assistant.ports import MOST_PRESETS
from assistant.prompt_choice import PromptPreset
from tests.fakes.memory_store.state import MemoryState


class MemoryPresets(MemoryState):
    def save_preset(self, owner_id: str, preset: PromptPreset) -> None:
        own = self._presets.setdefault(owner_id, {})
        for known in own.values():
            if known.name == preset.name:
                own[known.id] = replace(known, prompt=preset.prompt)
                return
        if len(own) >= MOST_PRESETS:
            raise TooManyPresetsError(limit=MOST_PRESETS)
        own[preset.id] = preset

    def presets(self, owner_id: str) -> list[PromptPreset]:
        return sorted(self._presets.get(owner_id, {}).values(), key=lambda preset: preset.name)

    def rename_preset(self, owner_id: str, preset_id: str, name: str) -> None:
        own = self._presets.get(owner_id, {})
        if preset_id not in own:
            raise NotFoundError(kind="preset")
        if any(other.name == name and other.id != preset_id for other in own.values()):
            raise PresetNameTakenError(name=name)
        own[preset_id] = replace(own[preset_id], name=name)

    def delete_preset(self, owner_id: str, preset_id: str) -> None:
        if self._presets.get(owner_id, {}).pop(preset_id, None) is None:
            raise NotFoundError(kind="preset")
