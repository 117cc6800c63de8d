"""What begins a turn, as storage is asked to write it."""

from dataclasses import dataclass
from datetime import datetime

from assistant.conversation import Attachment, GenerationOptions
from assistant.prompt_choice import SUITED_PROMPT, PromptChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersAtOnce:
    """How many runs may be unfinished, a new one among them; None for any number."""

    most: int | None = None
    """Of one owner."""
    asked_from: str = ""
    """The address, as it is counted; kept until the run ends. Empty: not known."""
    most_from_there: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """Everything that begins one turn, written at once or not at all."""

    owner_id: str
    conversation_id: str
    new_conversation_title: str | None
    """Not None: the conversation is made in the same transaction."""
    parent_id: str | None
    """What the question follows; without a `question`, the question that is answered once more."""
    parent_must_be_leaf: bool
    """True: refuse when the conversation has gone on since the sender looked."""
    question_id: str | None
    question: str | None
    attachments: tuple[Attachment, ...] = ()
    """Sent with the question."""
    answer_id: str
    answer_beginning: str = ""
    """The text of the answer that this one goes on with."""
    run_id: str
    client_request_id: str
    """Chosen by the sender; the same one again is the same turn."""
    process_id: str
    options: GenerationOptions
    prompt: PromptChoice = SUITED_PROMPT
    """Both are kept with a conversation that is made."""
    now: datetime
    at_once: AnswersAtOnce = AnswersAtOnce()
