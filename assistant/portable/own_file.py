"""A conversation of our own format, as it is found in a file."""

import json
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from assistant.attachments import accept_attachments
from assistant.conversation import Attachment, Message
from assistant.errors.input import AttachmentError, InputError
from assistant.portable.broken_file import broken, told
from assistant.portable.document import FORMAT, ConversationDocument, MessagePart, conversation_in
from assistant.portable.imported import ImportedConversation, Source
from assistant.portable.tree import parents_first
from assistant.prompt_choice import PromptChoice
from assistant.prompting.accepted import accept_prompt
from assistant.typed_text import plain_name


def is_ours(value: dict[str, Any]) -> bool:
    return value.get("format") == FORMAT


def read_ours(value: dict[str, Any]) -> ImportedConversation:
    """Raises BrokenFileError."""
    try:
        # As JSON once more: there, and only there, strict means that times and choices are strings.
        document = ConversationDocument.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise broken(first["msg"].removeprefix("Value error, "), *_place(first["loc"])) from error
    parents = _parents(document.messages)
    if document.leaf_id is not None and document.leaf_id not in parents:
        raise broken("the message that it ends with is not in the file")
    conversation, messages = conversation_in(document)
    conversation = replace(conversation, title=plain_name(conversation.title), prompt=_prompt(conversation.prompt))
    by_id = {
        message.id: replace(message, attachments=_files(message, number))
        for number, message in enumerate(messages, start=1)
    }
    return ImportedConversation(
        source=Source.OWN, conversation=conversation, messages=[by_id[each] for each in parents_first(parents)]
    )


def _files(message: Message, number: int) -> tuple[Attachment, ...]:
    """As they are taken with a question: under clean names, which the prompt and the page rely on."""
    try:
        return accept_attachments(message.attachments)
    except AttachmentError as error:
        raise broken("its files are too many, too large or no text", f"message {number}") from error


def _prompt(choice: PromptChoice) -> PromptChoice:
    try:
        return accept_prompt(choice)
    except InputError as error:
        raise broken("its prompt is empty or too long") from error


def _parents(parts: list[MessagePart]) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for number, part in enumerate(parts, start=1):
        if part.id in parents:
            raise broken("its id is that of an earlier message", f"message {number}")
        parents[part.id] = part.parent_id
    return parents


def _place(loc: tuple[int | str, ...]) -> list[str]:
    match loc:
        case ("messages", int(index), *rest):
            return [f"message {index + 1}", *map(told, rest)]
        case _:
            return [told(part) for part in loc]
