"""Which prompt made an answer, found again by its checksum among those that there are."""

from collections.abc import Iterator

from assistant.conversation import Provenance
from assistant.engine import ReadyEngine
from assistant.errors.app import PromptError
from assistant.errors.input import InputError
from assistant.ports import ConversationStore
from assistant.prompt_choice import CHAT, OWN, SUITED_PROMPT, TRANSCRIPTS, PromptChoice


def choice_made_with(
    store: ConversationStore, ready: ReadyEngine, owner_id: str, conversation_id: str, made: Provenance
) -> PromptChoice | None:
    """The conversation's own first, then the project's and the person's. None: it has changed, or is gone. Blocks."""
    for choice in _candidates(store, owner_id, conversation_id):
        try:
            if ready.prompts.template(choice).sha256 == made.prompt_sha256:
                return choice
        except (InputError, PromptError):
            # Not for this model.
            continue
    return None


def _candidates(store: ConversationStore, owner_id: str, conversation_id: str) -> Iterator[PromptChoice]:
    yield store.conversation(owner_id, conversation_id).prompt
    yield SUITED_PROMPT
    for template in (*TRANSCRIPTS, CHAT):
        yield PromptChoice(template=template)
    for preset in store.presets(owner_id):
        yield PromptChoice(template=OWN, own=preset.prompt)
