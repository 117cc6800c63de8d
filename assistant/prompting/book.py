"""The prompts that a loaded model can be given, and what assembles each of them.

Knows of the engine only its card, whether it takes texts or messages alone, and how it counts tokens.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from assistant.errors.input import NoChatTemplateError, PromptNeedsTextError, UnknownPromptError
from assistant.model_catalog import ModelCard
from assistant.prompt_choice import CHAT, OWN, SUITED, SUITED_PROMPT, TRANSCRIPTS, PromptChoice
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from assistant.prompting.own_prompt import own_template
from assistant.prompting.template import PromptForm, PromptTemplate

_ASSEMBLERS = 16
"""Kept for the next turn, each with the counts of what it has seen; another one is soon made."""


class PromptBook:
    """`suited` is the prompt of whoever chooses none. `count` blocks, and so do all methods but `offers`.

    Raises PromptError when `suited` leaves no room in the window.
    """

    def __init__(
        self,
        suited: PromptTemplate,
        card: ModelCard,
        *,
        takes_text: bool,
        count: Callable[[str], int],
        context_window: int,
    ) -> None:
        self._suited = suited
        self._card = card
        self._takes_text = takes_text
        self.context_window = context_window
        self._chat = self._chat_template()
        self._assembler = lru_cache(maxsize=_ASSEMBLERS)(lambda of: PromptAssembler(of, count, context_window))
        self.assembler(SUITED_PROMPT)

    @property
    def offers(self) -> list[str]:
        """The templates that a choice may name."""
        transcripts = TRANSCRIPTS if self._takes_text else ()
        return [SUITED, *transcripts, *([CHAT] if self._chat else []), OWN]

    def template(self, choice: PromptChoice) -> PromptTemplate:
        """Raises PromptNeedsTextError, NoChatTemplateError, UnknownPromptError, and PromptError as `own_template`."""
        if choice.own is not None:
            return own_template(choice.own, self._chat or self._suited)
        if choice.template == SUITED:
            return self._suited
        if choice.template == CHAT:
            if self._chat is None:
                raise NoChatTemplateError(model=self._card.name)
            return self._chat
        if choice.template not in TRANSCRIPTS:
            raise UnknownPromptError(prompt=choice.template)
        if not self._takes_text:
            raise PromptNeedsTextError(prompt=choice.template, model=self._card.name)
        return load_template(choice.template, "", Path)

    def assembler(self, choice: PromptChoice) -> PromptAssembler:
        """Raises what `template` does, and PromptTooLongError when it leaves no room in the window."""
        return self._assembler(self.template(choice))

    def shown(self, template: PromptTemplate) -> str:
        """What the model reads of it before the first question, for a person to look at."""
        if self._takes_text:
            return template.prefix
        turns = [("system", template.system), *template.examples]
        return "\n\n".join(f"[{role}]\n{text}" for role, text in turns if text)

    def _chat_template(self) -> PromptTemplate | None:
        """A server that takes messages applies the model's own, whatever marks ours are written with."""
        if self._suited.form is PromptForm.CHAT or not self._takes_text:
            return self._suited
        known = self._card.prompt.startswith("chat/")
        return load_template(self._card.prompt, "", Path) if known else None
