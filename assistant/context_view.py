"""What the model saw when it wrote an answer: the prompt, assembled once more from what is kept, in its parts.

Says so where it cannot be shown as it was. Knows nothing of pages.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from langchain_core.language_models import BaseChatModel

from assistant.conversation import Message, Provenance, branch, find_message
from assistant.engine import Engine, ReadyEngine
from assistant.errors.app import NotFoundError
from assistant.generation.stop_rules import StopRule
from assistant.made_with import choice_made_with
from assistant.ports import ConversationStore
from assistant.prompting.assembler import AssembledPrompt, PromptAssembler, PromptTokens
from assistant.prompting.prompt_part import PartKind, PromptPart


class Likeness(StrEnum):
    """Of the prompt that is shown to the one that was sent; only the first two are shown."""

    EXACT = "exact"
    """Proven by the checksum that was kept with the answer."""
    ASSEMBLED = "assembled"
    """By the same template; the answer is older than the checksums."""
    NO_MODEL = "no_model"
    """There is nothing yet to assemble it with."""
    OTHER_TEMPLATE = "other_template"
    OTHER_TEXT = "other_text"
    """The template is the same and the checksum is not: the app has changed, or the answer is a copy from elsewhere."""
    BEGINNING_GONE = "beginning_gone"
    """The answer that it goes on with has been deleted."""


@dataclass(frozen=True, slots=True)
class CountedPart:
    part: PromptPart
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPrompt:
    parts: tuple[CountedPart, ...]
    takes_messages: bool
    """The engine got the parts as messages, and put marks of its own around them."""
    stops: tuple[StopRule, ...]
    tokens: PromptTokens
    left_out: tuple[str, ...]
    """The first questions of the conversation, which no longer fit."""
    counted_by_another_model: bool
    """Than the one that answered."""
    is_estimate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextView:
    answer: Message
    provenance: Provenance
    likeness: Likeness
    prompt: SeenPrompt | None
    """None where it would not be what was sent."""


class ContextViews:
    def __init__(self, store: ConversationStore, engine: Engine) -> None:
        self._store = store
        self._engine = engine

    async def of(self, owner_id: str, conversation_id: str, answer_id: str) -> ContextView:
        """Raises NotFoundError, also for a message that no engine made, StorageError, EngineError."""
        return await asyncio.to_thread(self._of, owner_id, conversation_id, answer_id)

    def _of(self, owner_id: str, conversation_id: str, answer_id: str) -> ContextView:
        messages = self._store.messages(owner_id, conversation_id)
        answer = find_message(messages, answer_id)
        provenance = answer.provenance
        if provenance is None:
            raise NotFoundError(kind="message")
        ready = self._engine.if_ready
        likeness, prompt = Likeness.NO_MODEL, None
        if ready:
            choice = choice_made_with(self._store, ready, owner_id, conversation_id, provenance)
            assembler = ready.prompts.assembler(choice) if choice else None
            likeness, assembled = _assembled(assembler, messages, answer.parent_id, provenance)
            prompt = _shown(ready, assembled, provenance) if assembled else None
        return ContextView(answer=answer, provenance=provenance, likeness=likeness, prompt=prompt)


def _assembled(
    assembler: PromptAssembler | None, messages: Sequence[Message], question_id: str | None, made: Provenance
) -> tuple[Likeness, AssembledPrompt | None]:
    if assembler is None:
        return Likeness.OTHER_TEMPLATE, None
    texts = {message.id: message.text for message in messages}
    beginning = texts.get(made.continued_from) if made.continued_from else ""
    if beginning is None:
        return Likeness.BEGINNING_GONE, None
    asked = branch(messages, question_id)
    prompt = assembler.assemble_again(asked, made.turns_dropped, made.options.max_new_tokens, beginning)
    if made.prompt_text_sha256 is None:
        return Likeness.ASSEMBLED, prompt
    is_exact = made.prompt_text_sha256 == prompt.text_sha256
    return (Likeness.EXACT, prompt) if is_exact else (Likeness.OTHER_TEXT, None)


def _shown(ready: ReadyEngine, prompt: AssembledPrompt, provenance: Provenance) -> SeenPrompt:
    takes_messages = isinstance(ready.model.language_model, BaseChatModel)
    parts = _messages(prompt) if takes_messages else prompt.parts
    count = ready.model.language_model.get_num_tokens
    answered_by = (provenance.model, provenance.model_revision)
    return SeenPrompt(
        parts=tuple(CountedPart(part, count(part.text)) for part in parts if part.text),
        takes_messages=takes_messages,
        stops=prompt.template.stops,
        tokens=prompt.tokens,
        left_out=prompt.left_out,
        counted_by_another_model=answered_by != (ready.model.card.name, ready.model.revision),
        is_estimate=not ready.model.counts_tokens,
    )


def _messages(prompt: AssembledPrompt) -> tuple[PromptPart, ...]:
    kinds = {"system": PartKind.PREFIX, "human": PartKind.QUESTION, "ai": PartKind.ANSWER}
    own = 1 + len(prompt.template.examples)
    return tuple(
        PromptPart(PartKind.PREFIX if number < own else kinds[message.type], message.text)
        for number, message in enumerate(prompt.value.to_messages())
    )
