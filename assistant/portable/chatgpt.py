"""A conversation of ChatGPT's `conversations.json`.

The file has no published description. What is known of it, from files of 2024 to 2026: a `mapping` of nodes, each with
its `parent` and perhaps a `message`; `current_node` ends the branch that was shown. What the system and tools said, and
what the model thought or sent to a tool, is no part of the talk: it is left out, and what follows it follows what came
before it. Which model answered is not kept, since a provenance that lacks prompt, options and seed would be none.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.conversation import Message, MessageStatus, Role
from assistant.portable.broken_file import at, broken
from assistant.portable.chatgpt_text import text_of
from assistant.portable.foreign import foreign_conversation, foreign_draft, read_id
from assistant.portable.imported import ImportedConversation, Source
from assistant.portable.moment import read_moment
from assistant.portable.tree import parents_first, refuse_too_many

_UNFINISHED = ("in_progress", "finished_partial_completion", "error")
_ANSWERS = ("assistant", "tool")
"""A tool's picture is part of the answer."""


def is_chatgpts(value: dict[str, Any]) -> bool:
    return isinstance(value.get("mapping"), dict)


def read_chatgpt(value: dict[str, Any]) -> ImportedConversation | None:
    """None for one in which nothing was said. Raises BrokenFileError."""
    conversation_id = read_id(value.get("conversation_id") or value.get("id"), "it has no id")
    created_at = read_moment(value.get("create_time"), None)
    messages, ends = _messages(value["mapping"], conversation_id, created_at)
    updated_at = read_moment(value.get("update_time"), created_at)
    draft = replace(
        foreign_draft(conversation_id, value.get("title"), created_at, updated_at, _leaf(value, ends)),
        pinned=bool(value.get("pinned_time") or value.get("is_starred")),
        archived=value.get("is_archived") is True,
    )
    return foreign_conversation(Source.CHATGPT, draft, messages)


def _messages(
    mapping: dict[str, Any], conversation_id: str, created_at: datetime
) -> tuple[list[Message], dict[str, str | None]]:
    """What was shown, and for each node the message that it is, or that it follows."""
    refuse_too_many(len(mapping))
    parents: dict[str, str | None] = {}
    for number, (node_id, node) in enumerate(mapping.items(), start=1):
        parent_id = node.get("parent") if isinstance(node, dict) else 0
        if parent_id is not None and not isinstance(parent_id, str):
            raise broken("it is not a message with a parent", f"message {number}")
        parents[node_id] = parent_id
    numbers = {node_id: number for number, node_id in enumerate(mapping, start=1)}
    ends: dict[str, str | None] = {}
    messages: dict[str, Message] = {}
    for node_id in parents_first(parents):
        above = ends[parent_id] if (parent_id := parents[node_id]) is not None else None
        earlier = messages[above].created_at if above is not None else created_at
        with at(f"message {numbers[node_id]}"):
            message = _message(mapping[node_id].get("message"), earlier)
        ends[node_id] = node_id if message else above
        if message:
            messages[node_id] = replace(message, id=node_id, conversation_id=conversation_id, parent_id=above)
    return list(messages.values()), ends


def _leaf(value: dict[str, Any], ends: dict[str, str | None]) -> str | None:
    current = value.get("current_node")
    if current is None:
        return None
    if not isinstance(current, str) or current not in ends:
        raise broken("the message that it ends with is not in the file")
    return ends[current]


def _message(value: object, earlier: datetime) -> Message | None:
    """None for what was not shown; its ids are not yet known."""
    if value is None:
        return None
    metadata = value.get("metadata") or {} if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(metadata, dict):
        raise broken("it is not a message as ChatGPT writes them")
    match value:
        case {"author": {"role": str(role)}, "content": dict()}:
            pass
        case _:
            raise broken("it has no author, or no content")
    text = text_of(value, metadata) if role == Role.USER or role in _ANSWERS else ""
    if not text.strip():
        return None
    return Message(
        id="",
        conversation_id="",
        parent_id=None,
        role=Role.ASSISTANT if role in _ANSWERS else Role.USER,
        text=text,
        status=_status(value, metadata) if role in _ANSWERS else MessageStatus.COMPLETE,
        created_at=read_moment(value.get("create_time"), earlier),
    )


def _status(value: dict[str, Any], metadata: dict[str, Any]) -> MessageStatus:
    match metadata.get("finish_details"):
        case {"type": "interrupted"}:
            return MessageStatus.STOPPED
    return MessageStatus.INTERRUPTED if value.get("status") in _UNFINISHED else MessageStatus.COMPLETE
