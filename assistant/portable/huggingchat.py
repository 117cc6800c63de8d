"""A conversation of HuggingChat, as chat-ui writes it: in an export's `conversations.json`, in the trace of one
conversation, or as MongoDB gives it.

A message names all of its `ancestors`; conversations from before there were branches have none and are one line. The
first is often the system's and was never shown. Source: huggingface/chat-ui, src/lib/types/{Conversation,Message}.ts.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.conversation import Feedback, Message, MessageStatus, Role, Vote
from assistant.portable.broken_file import at, broken
from assistant.portable.foreign import foreign_conversation, foreign_draft, read_id, read_text
from assistant.portable.imported import ImportedConversation, Source
from assistant.portable.moment import read_moment
from assistant.portable.tree import parents_first, refuse_too_many

_TRACE = "chat-ui-conversation-trace"
_VOTES = {1: Vote.UP, -1: Vote.DOWN}
_ROLES = ("user", "assistant", "system")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>\s*|\Z)", re.DOTALL | re.IGNORECASE)
_FILE = "📎"
_MILLISECONDS = re.compile("-?[0-9]{1,16}")


def is_huggingchats(value: dict[str, Any]) -> bool:
    return value.get("format") == _TRACE or (isinstance(value.get("messages"), list) and "model" in value)


def read_huggingchat(value: dict[str, Any]) -> ImportedConversation | None:
    """None for one in which nothing was said. Raises BrokenFileError."""
    if value.get("format") == _TRACE:
        value = value.get("conversation") or {}
    given = value.get("messages")
    if not isinstance(given, list):
        raise broken("it has no messages")
    refuse_too_many(len(given))
    conversation_id = read_id(_plain(value.get("_id") or value.get("id")), "it has no id")
    created_at = read_moment(_plain(value.get("createdAt")), None)
    messages = _messages(given, conversation_id, created_at)
    updated_at = read_moment(_plain(value.get("updatedAt")), created_at)
    last = _last_shown(given, messages)
    draft = foreign_draft(conversation_id, value.get("title"), created_at, updated_at, last)
    return foreign_conversation(Source.HUGGINGCHAT, draft, messages)


def _messages(given: Sequence[object], conversation_id: str, created_at: datetime) -> list[Message]:
    by_id = _by_id(given)
    parents = _parents(by_id)
    numbers = {message_id: number for number, message_id in enumerate(by_id, start=1)}
    shown: dict[str, str | None] = {}
    messages: dict[str, Message] = {}
    for message_id in parents_first(parents):
        parent_id = parents[message_id]
        above = shown[parent_id] if parent_id is not None else None
        value = by_id[message_id]
        is_shown = value["from"] != "system"
        shown[message_id] = message_id if is_shown else above
        if is_shown:
            earlier = messages[above].created_at if above is not None else created_at
            with at(f"message {numbers[message_id]}"):
                messages[message_id] = _message(value, message_id, conversation_id, above, earlier)
    return list(messages.values())


def _by_id(given: Sequence[object]) -> dict[str, dict[str, Any]]:
    by_id: dict[str, dict[str, Any]] = {}
    for number, value in enumerate(given, start=1):
        with at(f"message {number}"):
            if not isinstance(value, dict) or value.get("from") not in _ROLES:
                raise broken("it is not said who it is from")
            message_id = read_id(value.get("id"), "it has no id")
            if message_id in by_id:
                raise broken("its id is that of an earlier message")
            by_id[message_id] = value
    return by_id


def _parents(by_id: dict[str, dict[str, Any]]) -> dict[str, str | None]:
    if not any("ancestors" in value for value in by_id.values()):
        return dict(zip(by_id, [None, *by_id], strict=False))
    parents: dict[str, str | None] = {}
    for number, (message_id, value) in enumerate(by_id.items(), start=1):
        ancestors = value.get("ancestors") or []
        if not isinstance(ancestors, list) or not all(isinstance(each, str) for each in ancestors[-1:]):
            raise broken("its ancestors are not a list of ids", f"message {number}")
        parents[message_id] = ancestors[-1] if ancestors else None
    return parents


def _message(
    value: dict[str, Any], message_id: str, conversation_id: str, parent_id: str | None, earlier: datetime
) -> Message:
    created_at = read_moment(_plain(value.get("createdAt")), earlier)
    was_cut = value["from"] == "assistant" and value.get("interrupted") is True
    vote = _VOTES.get(value["score"]) if isinstance(value.get("score"), int) else None
    return Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=Role(value["from"]),
        text=_text(value),
        status=MessageStatus.STOPPED if was_cut else MessageStatus.COMPLETE,
        created_at=created_at,
        feedback=Feedback(vote=vote, given_at=read_moment(_plain(value.get("updatedAt")), created_at))
        if vote
        else None,
    )


def _text(value: dict[str, Any]) -> str:
    """With the names of its files, which are kept elsewhere, and without what the model thought."""
    content = read_text(value.get("content"))
    if value["from"] == "assistant":
        return _THOUGHTS.sub("", content)
    files = value.get("files")
    named = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return "\n\n".join([*(f"{_FILE} {file['name']}" for file in named if isinstance(file.get("name"), str)), content])


def _last_shown(given: Sequence[Any], messages: Sequence[Message]) -> str | None:
    """chat-ui shows the branch of the newest message, which it adds at the end."""
    ids = {message.id for message in messages}
    return next((value["id"] for value in reversed(given) if value["id"] in ids), None)


def _plain(value: object) -> object:
    """MongoDB's own JSON wraps ids and dates."""
    match value:
        case {"$oid": inner}:
            return inner
        case {"$date": {"$numberLong": str(milliseconds)}} if _MILLISECONDS.fullmatch(milliseconds):
            return int(milliseconds) / 1000
        case {"$date": int(milliseconds)}:
            return milliseconds / 1000
        case {"$date": inner}:
            return inner
    return value
