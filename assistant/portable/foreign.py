"""What conversations of other programs have in common once their messages are read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assistant.conversation import Conversation, GenerationOptions, Message, Role, TitleSource, newest_leaf
from assistant.portable.bounds import NAME_LENGTH, TEXT_LENGTH
from assistant.portable.broken_file import broken
from assistant.portable.imported import ImportedConversation, Source
from assistant.portable.one_voice import join_answers
from assistant.typed_text import title_of


def foreign_conversation(
    source: Source, conversation: Conversation, messages: Sequence[Message]
) -> ImportedConversation | None:
    """None when nothing was said. `messages`: parents first. A title that is empty is taken from the first question, a
    leaf that is None from the newest message. Raises BrokenFileError."""
    if not messages:
        return None
    leaf_id = conversation.leaf_id
    if leaf_id is None:
        leaf_id = newest_leaf(messages, max(messages, key=lambda message: message.created_at).id)
    joined = join_answers(messages, leaf_id)
    first = next((message for message in joined if message.role is Role.USER), joined[0])
    # A name that it had is a model's or a person's, it is not known which: no model of ours names it anew.
    title = title_of(conversation.title)
    named_by = TitleSource.MODEL if title else TitleSource.QUESTION
    named = replace(conversation, title=title or title_of(first.text), title_source=named_by, leaf_id=leaf_id)
    return ImportedConversation(source=source, conversation=named, messages=joined)


def foreign_draft(
    conversation_id: str,
    title: object,
    created_at: datetime,
    updated_at: datetime,
    leaf_id: str | None,
) -> Conversation:
    if title is not None and not isinstance(title, str):
        raise broken("its title is no text")
    return Conversation(
        id=conversation_id,
        owner_id="",
        title=title or "",
        created_at=created_at,
        updated_at=updated_at,
        leaf_id=leaf_id,
        options=GenerationOptions(),
    )


def read_id(value: object, fault: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= NAME_LENGTH:
        raise broken(fault)
    return value


def read_text(value: object) -> str:
    if not isinstance(value, str):
        raise broken("its text is no text")
    if len(value) > TEXT_LENGTH:
        raise broken(f"it is longer than {TEXT_LENGTH} characters")
    return value
