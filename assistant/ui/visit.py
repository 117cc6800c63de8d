"""One event of a page: who, where the page is, what its controls say; and how events answer."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from assistant.conversation import Attachment, GenerationOptions
from assistant.identity import Account
from assistant.prompt_choice import PromptChoice
from assistant.ui.action import Action
from assistant.ui.position import Position

Updates = dict[Any, Any]
"""Component → its new value or `gr.update`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    owner_id: str
    account: Account | None = None
    page: str
    """Gradio's session hash: one open tab."""
    at: Position
    text: str
    """What is in the box."""
    attachments: tuple[Attachment, ...]
    """The files beside it, as the page sent them."""
    read_options: Callable[[], GenerationOptions]
    """What the controls say. Raises InvalidOptionError."""
    prompt: PromptChoice | None = None
    """What was chosen in this conversation; None: nothing that the page knows of."""


Verb = Callable[[Action, Visit], AsyncIterator[Updates]]
"""What happens when something inside the log, the list or a panel is used."""
