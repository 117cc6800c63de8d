"""Our own format: one conversation as JSON, the whole tree of it. Reading back what was written loses nothing.

Ids are the original's; whose it was is not said, and not asked when it is read.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from assistant.attachments import MOST_FILES
from assistant.conversation import (
    Attachment,
    Conversation,
    Feedback,
    GenerationOptions,
    Message,
    MessageStatus,
    Provenance,
    Role,
    TitleSource,
    Vote,
)
from assistant.errors.root import ErrorReport
from assistant.portable.bounds import MESSAGES, NAME_LENGTH, TEXT_LENGTH
from assistant.portable.moment import in_bounds
from assistant.portable.tree import parents_first
from assistant.prompt_choice import SUITED_PROMPT, PromptChoice

FORMAT: Literal["tech-assistant/conversation"] = "tech-assistant/conversation"

_Id = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
_Words = Annotated[str, Field(max_length=NAME_LENGTH)]
_Text = Annotated[str, Field(max_length=TEXT_LENGTH)]
_Moment = Annotated[AwareDatetime, AfterValidator(in_bounds)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorPart(_Part):
    code: _Words
    retryable: bool
    facts: Annotated[
        dict[_Words, Annotated[str, Field(max_length=TEXT_LENGTH)] | int | float | None], Field(max_length=100)
    ]


class AttachmentPart(_Part):
    name: _Words
    text: _Text


class FeedbackPart(_Part):
    vote: Vote
    reason: _Words
    comment: _Text
    given_at: _Moment


class MessagePart(_Part):
    id: _Id
    parent_id: _Id | None
    role: Role
    text: _Text
    status: MessageStatus
    created_at: _Moment
    error: ErrorPart | None = None
    provenance: Provenance | None = None
    attachments: Annotated[list[AttachmentPart], Field(max_length=MOST_FILES)] = []
    feedback: FeedbackPart | None = None


class ConversationDocument(_Part):
    format: Literal["tech-assistant/conversation"] = FORMAT
    version: Literal[1] = 1
    notice: _Text = ""
    """For people, in the file of a share: what its answers are, and the licence of their model."""
    id: _Id
    title: _Words
    title_source: TitleSource
    created_at: _Moment
    updated_at: _Moment
    pinned: bool
    archived: bool
    origin: _Words | None
    options: GenerationOptions
    prompt: PromptChoice = SUITED_PROMPT
    leaf_id: _Id | None
    messages: Annotated[list[MessagePart], Field(max_length=MESSAGES)]


def document_of(conversation: Conversation, messages: Sequence[Message]) -> ConversationDocument:
    """Each message after its parent, so that the file can be read from the top."""
    # Not checked: what is here is ours. Only what comes from a file is.
    by_id = {message.id: message for message in messages}
    ordered = parents_first({message.id: message.parent_id for message in messages})
    return ConversationDocument.model_construct(
        id=conversation.id,
        title=conversation.title,
        title_source=conversation.title_source,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        pinned=conversation.pinned,
        archived=conversation.archived,
        origin=conversation.origin,
        options=conversation.options,
        prompt=conversation.prompt,
        leaf_id=conversation.leaf_id,
        messages=[_part(by_id[each]) for each in ordered],
    )


def conversation_in(document: ConversationDocument) -> tuple[Conversation, list[Message]]:
    conversation = Conversation(
        id=document.id,
        owner_id="",
        title=document.title,
        created_at=document.created_at,
        updated_at=document.updated_at,
        leaf_id=document.leaf_id,
        options=document.options,
        prompt=document.prompt,
        origin=document.origin,
        title_source=document.title_source,
        pinned=document.pinned,
        archived=document.archived,
    )
    return conversation, [_message(part, document.id) for part in document.messages]


def _part(message: Message) -> MessagePart:
    error, feedback = message.error, message.feedback
    return MessagePart.model_construct(
        id=message.id,
        parent_id=message.parent_id,
        role=message.role,
        text=message.text,
        status=message.status,
        created_at=message.created_at,
        error=ErrorPart.model_construct(code=error.code, retryable=error.retryable, facts=error.facts)
        if error
        else None,
        provenance=message.provenance,
        attachments=[AttachmentPart.model_construct(name=a.name, text=a.text) for a in message.attachments],
        feedback=FeedbackPart.model_construct(**dict(feedback)) if feedback else None,
    )


def _message(part: MessagePart, conversation_id: str) -> Message:
    error, feedback = part.error, part.feedback
    return Message(
        id=part.id,
        conversation_id=conversation_id,
        parent_id=part.parent_id,
        role=part.role,
        text=part.text,
        status=part.status,
        created_at=part.created_at,
        error=ErrorReport(error.code, error.retryable, dict(error.facts)) if error else None,
        provenance=part.provenance,
        attachments=tuple(Attachment(name=a.name, text=a.text) for a in part.attachments),
        feedback=Feedback(**dict(feedback)) if feedback else None,
    )
