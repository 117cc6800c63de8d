"""The page's hidden field that carries the chosen prompt: the one place where its text becomes a choice."""

from pydantic import ValidationError

from assistant.errors.input import InputError
from assistant.prompt_choice import PromptChoice


class PromptField(PromptChoice):
    conversation: str | None = None
    """That it was chosen in: a page may have turned to another one meanwhile."""


def read_prompt_field(field: str, conversation_id: str | None) -> PromptChoice | None:
    """None: nothing was chosen in this conversation. Raises InputError for anything else than a choice."""
    if not field:
        return None
    try:
        chosen = PromptField.model_validate_json(field)
    except ValidationError as error:
        raise InputError from error
    if chosen.conversation != conversation_id:
        return None
    return PromptChoice(template=chosen.template, own=chosen.own)
