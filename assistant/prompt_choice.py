"""What a conversation is prompted with: one of the project's prompts, or a person's own words and examples.

Plain immutable values; knows nothing of templates, engines or pages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

SUITED = "suited"
"""Whatever suits the model, or whoever runs the app has set."""
CHAT = "chat"
"""The format that the model was trained to chat in."""
OWN = "own"
TRANSCRIPTS = ("tech_assistant/v1", "tech_assistant/compact")
"""The Tech Assistant, long and compact."""

MOST_DIALOGUES = 20
MOST_EXCHANGES = 20
"""Of one dialogue."""
MOST_CHARACTERS = 40_000
"""Of an own prompt in all: more than any window that the app knows has room for beside a conversation."""

_Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]


class Exchange(BaseModel):
    """A question and its answer, as the person who wrote both wants them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: _Text
    answer: _Text


Dialogue = Annotated[tuple[Exchange, ...], Field(max_length=MOST_EXCHANGES)]


class OwnPrompt(BaseModel):
    """Words before the conversation, and examples of how to answer; either may be missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: _Text = ""
    dialogues: Annotated[tuple[Dialogue, ...], Field(max_length=MOST_DIALOGUES)] = ()

    @property
    def size(self) -> int:
        """In characters."""
        exchanges = [exchange for dialogue in self.dialogues for exchange in dialogue]
        return len(self.system) + sum(len(each.question) + len(each.answer) for each in exchanges)


class PromptChoice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str = Field(SUITED, min_length=1, max_length=100)
    """`SUITED`, `CHAT`, `OWN`, or one of `TRANSCRIPTS`."""
    own: OwnPrompt | None = None
    """With `OWN`, and only with it."""

    @model_validator(mode="after")
    def _own_has_its_texts(self) -> "PromptChoice":
        if (self.template == OWN) != (self.own is not None):
            raise ValueError(f"texts go with the prompt {OWN!r} and with no other")
        return self


SUITED_PROMPT = PromptChoice()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPreset:
    """An own prompt that its owner has given a name, to be taken again."""

    id: str
    name: str
    """Of all presets of one owner no two are named alike."""
    prompt: OwnPrompt
    created_at: datetime
