"""What a person does inside the log, the list and the panels, as the page's scripts send it: a verb, and its object.

Which verbs there are is said by the events that do them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.conversation import Shelf, Vote
from assistant.errors.input import InputError
from assistant.feedback import LONGEST_COMMENT
from assistant.id_text import ID
from assistant.prompt_choice import OwnPrompt
from assistant.ui.position import LONGEST_LIST

_Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
_MOST_CHOSEN = 1000


class Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    do: str = Field(max_length=30)
    conversation: _Id | None = None
    conversations: tuple[_Id, ...] = Field((), max_length=_MOST_CHOSEN)
    """Where several were chosen."""
    message: _Id | None = None
    text: str = Field("", max_length=1000)
    prompt: OwnPrompt | None = None
    """To be saved, under the name `text`."""
    preset: _Id | None = None
    template: str = Field("", max_length=100)
    """Of a second answer; empty for the conversation's prompt."""
    options: dict[str, Annotated[str, Field(max_length=30)]] = Field(default_factory=dict, max_length=10)
    """Of a second answer, as they were typed, where they are other than the settings'."""
    vote: Vote | None = None
    reason: str = Field("", max_length=30)
    """Of the vote: a key."""
    comment: str = Field("", max_length=LONGEST_COMMENT)
    agrees: bool | None = None
    """To the export of ratings."""
    shelf: Shelf = Shelf.MAIN
    """What the list shows."""
    again: "Action | None" = None
    """What was refused, to be done once that is put right."""
    length: int | None = Field(None, ge=1, le=LONGEST_LIST)
    """How much of the list; None for its first page."""

    @property
    def chosen(self) -> tuple[str, ...]:
        return self.conversations or ((self.conversation,) if self.conversation else ())


def read_action(text: str) -> Action:
    """Raises InputError for anything that is not an action."""
    try:
        return Action.model_validate_json(text)
    except ValidationError as error:
        raise InputError from error
