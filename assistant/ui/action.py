"""What a person does inside the log and the list, as the page's script sends it: one verb, and what it is about."""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError


class Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal[
        "open", "more", "rename", "delete", "restore", "ask", "edit", "cancel-edit", "regenerate", "version", "revoke"
    ]
    conversation: str | None = Field(None, max_length=100)
    message: str | None = Field(None, max_length=100)
    share: str | None = Field(None, max_length=100)
    text: str = Field("", max_length=1000)


def read_action(text: str) -> Action:
    """Raises InputError for anything that is not an action."""
    try:
        return Action.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise InputError from error
