"""Prompts to choose from: which there are, how many tokens they take, and a person's own that they saved.

Each method that keeps something takes the owner; what is not theirs is not found. Knows nothing of pages or tables.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.engine import Engine
from assistant.errors.app import PromptTooLongError
from assistant.errors.input import BlankPromptError
from assistant.limits import Limits
from assistant.ports import ConversationStore
from assistant.prompt_choice import CHAT, OWN, SUITED, TRANSCRIPTS, OwnPrompt, PromptChoice, PromptPreset
from assistant.prompting.accepted import accept_prompt
from assistant.prompting.book import PromptBook
from assistant.typed_text import title_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPreview:
    """What the model reads before the first question."""

    template: str
    text: str
    tokens: int
    window: int
    fits: bool
    """With room for a conversation beside it."""


class PromptService:
    def __init__(
        self,
        store: ConversationStore,
        engine: Engine,
        limits: Limits,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._engine = engine
        self._limits = limits
        self._new_id = new_id
        self._clock = clock

    @property
    def offers(self) -> list[str]:
        """What can be chosen; all that there might be, as long as the model is not known."""
        ready = self._engine.if_ready
        return ready.prompts.offers if ready else [SUITED, *TRANSCRIPTS, CHAT, OWN]

    async def preview(self, choice: PromptChoice) -> PromptPreview | None:
        """None while there is no model to count with. Raises as `PromptBook.template`."""
        ready = self._engine.if_ready
        return await asyncio.to_thread(_preview, ready.prompts, choice) if ready else None

    async def choose(self, owner_id: str, conversation_id: str, choice: PromptChoice) -> None:
        """For the turns to come. Raises what `accept_prompt` and `PromptBook.template` do."""
        accepted = accept_prompt(choice)
        if ready := self._engine.if_ready:
            await asyncio.to_thread(ready.prompts.template, accepted)
        await asyncio.to_thread(self._store.set_prompt, owner_id, conversation_id, accepted)

    async def presets(self, owner_id: str) -> list[PromptPreset]:
        """By name."""
        return await asyncio.to_thread(self._store.presets, owner_id)

    async def save(self, owner_id: str, name: str, prompt: OwnPrompt) -> None:
        """Under a name that is there already it takes the place of what was. Raises as `accept_prompt`, and
        TooManyPresetsError, LimitError."""
        if not title_of(name):
            raise BlankPromptError
        accepted = accept_prompt(PromptChoice(template=OWN, own=prompt)).own or prompt
        preset = PromptPreset(id=self._new_id(), name=title_of(name), prompt=accepted, created_at=self._clock())
        await self._limits.take_small(owner_id)
        await asyncio.to_thread(self._store.save_preset, owner_id, preset)

    async def rename(self, owner_id: str, preset_id: str, name: str) -> None:
        """A blank name leaves it as it is. Raises PresetNameTakenError."""
        if title := title_of(name):
            await asyncio.to_thread(self._store.rename_preset, owner_id, preset_id, title)

    async def delete(self, owner_id: str, preset_id: str) -> None:
        """Conversations that were prompted with it keep its words."""
        await asyncio.to_thread(self._store.delete_preset, owner_id, preset_id)


def _preview(prompts: PromptBook, choice: PromptChoice) -> PromptPreview:
    template, window = prompts.template(choice), prompts.context_window
    try:
        tokens, fits = prompts.assembler(choice).prefix_tokens, True
    except PromptTooLongError as error:
        tokens, fits = int(error.facts["tokens"] or 0), False
    return PromptPreview(template=template.id, text=prompts.shown(template), tokens=tokens, window=window, fits=fits)
