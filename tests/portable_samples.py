"""Files of conversations as they are found in the world, made small; and trees to write out and read back."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import strategies as st

from assistant.conversation import (
    Attachment,
    Conversation,
    Feedback,
    GenerationOptions,
    Message,
    MessageStatus,
    Role,
    TitleSource,
    Vote,
)
from assistant.errors.input import BrokenFileError
from assistant.errors.root import ErrorReport
from assistant.portable.document import document_of
from assistant.portable.reader import read_conversations
from assistant.prompt_choice import OWN, SUITED_PROMPT, Exchange, OwnPrompt, PromptChoice
from assistant.typed_text import plain_name
from tests.contract.samples import ANN, PROVENANCE, at, chain, conversation_of


def json_file(path: Path, value: object) -> IO[bytes]:
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8", "surrogatepass")
    return path.open("rb")


def zip_file(path: Path, entries: Mapping[str, object]) -> IO[bytes]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in entries.items():
            archive.writestr(name, value if isinstance(value, str | bytes) else json.dumps(value))
    return path.open("rb")


def fault_of(file: IO[bytes]) -> tuple[str, str]:
    """The place and the fault that it is refused with."""
    with file, pytest.raises(BrokenFileError) as told:
        list(read_conversations(file))
    return str(told.value.facts["place"]), str(told.value.facts["fault"])


def ours() -> Any:
    """A conversation of our own format."""
    messages = chain(12)
    return json.loads(document_of(conversation_of(messages), messages).model_dump_json())


# ChatGPT


def node(node_id: str, parent: str | None, role: str = "", *parts: object, **message: object) -> dict[str, Any]:
    """A node of the mapping; without a role, one that has no message."""
    said = {
        "id": node_id,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": 1764000000.25,
        "update_time": None,
        "content": {"content_type": "text", "parts": list(parts)},
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-4o", "finish_details": {"type": "stop"}} if role == "assistant" else {},
        "recipient": "all",
    }
    return {"id": node_id, "message": said | message if role else None, "parent": parent, "children": []}


def chatgpt(nodes: Sequence[dict[str, Any]], conversation_id: str = "6743-aa", **changes: object) -> dict[str, Any]:
    return {
        "title": "Sorting in Python",
        "create_time": 1764000000.123456,
        "update_time": 1764000100.5,
        "mapping": {each["id"]: each for each in nodes},
        "moderation_results": [],
        "current_node": nodes[-1]["id"] if nodes else None,
        "conversation_id": conversation_id,
        "is_archived": False,
        "safe_urls": [],
        "default_model_slug": "gpt-4o",
        "id": conversation_id,
    } | changes


SMALL_CHATGPT = chatgpt(
    [
        node("root", None),
        node("system", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
        node("q1", "system", "user", "How do I sort a list?"),
        node("a1", "q1", "assistant", "Use `sorted()`."),
    ]
)


# HuggingChat


def said(message_id: str, by: str, content: str, ancestors: Sequence[str] = (), **more: object) -> dict[str, Any]:
    return {
        "from": by,
        "id": message_id,
        "content": content,
        "createdAt": "2026-03-01T10:00:00.000Z",
        "updatedAt": "2026-03-01T10:00:05.000Z",
        "ancestors": list(ancestors),
        "children": [],
    } | more


def huggingchat(
    messages: Sequence[dict[str, Any]], conversation_id: str = "65f0c0ffee", **more: object
) -> dict[str, Any]:
    return {
        "_id": conversation_id,
        "title": "Sorting",
        "model": "bigcode/starcoder2-15b",
        "rootMessageId": messages[0]["id"] if messages else None,
        "messages": list(messages),
        "createdAt": "2026-03-01T10:00:00.000Z",
        "updatedAt": "2026-03-02T10:00:00.000Z",
        "preprompt": "",
        "sessionId": "5e55",
    } | more


SMALL_HUGGINGCHAT = huggingchat(
    [
        said("s", "system", ""),
        said("q1", "user", "How do I sort a list?", ["s"]),
        said("a1", "assistant", "Use sort().", ["s", "q1"], score=1),
        said("a2", "assistant", "Use sorted().", ["s", "q1"], interrupted=True),
    ]
)


# Ours

_TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
_NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12)
_OPTIONS = st.builds(GenerationOptions, temperature=st.floats(0, 2), seed=st.none() | st.integers(0, 2**31 - 1))
_ERRORS = st.builds(
    ErrorReport, _TEXTS, st.booleans(), st.dictionaries(_TEXTS, _TEXTS | _NUMBERS | st.none(), max_size=3)
)
_MOMENTS = st.floats(0, 10_000_000).map(at)
_RATINGS = st.builds(Feedback, vote=st.sampled_from(Vote), reason=_TEXTS, comment=_TEXTS, given_at=_MOMENTS)
_FILE_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)
_EXCHANGES = st.builds(Exchange, question=_TEXTS.map("x".__add__), answer=_TEXTS.map("x".__add__))
_DIALOGUES = st.lists(st.lists(_EXCHANGES, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple)
_OWN_PROMPTS = st.builds(OwnPrompt, system=_TEXTS.map("x".__add__), dialogues=_DIALOGUES)
_PROMPTS = st.sampled_from([SUITED_PROMPT, PromptChoice(template="tech_assistant/v1")]) | st.builds(
    PromptChoice, template=st.just(OWN), own=_OWN_PROMPTS
)
_FILES = st.builds(Attachment, name=st.sampled_from(["a.py", "b c.txt", "ü.md"]), text=_FILE_TEXTS)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Conversation, list[Message]]:
    """Any tree, with several roots perhaps, and everything that a message can have."""
    messages: list[Message] = []
    for number in range(draw(st.integers(1, 8))):
        parent = draw(st.none() | st.sampled_from(messages)) if messages else None
        earlier = draw(st.none() | st.sampled_from([m.id for m in messages] or ["gone"]))
        provenance = PROVENANCE.model_copy(update={"options": draw(_OPTIONS), "continued_from": earlier})
        messages.append(
            Message(
                id=f"m{number}",
                conversation_id="c1",
                parent_id=parent.id if parent else None,
                role=draw(st.sampled_from(Role)),
                text=draw(_TEXTS),
                status=draw(st.sampled_from([status for status in MessageStatus if status != "streaming"])),
                created_at=at(number),
                error=draw(st.none() | _ERRORS),
                provenance=draw(st.none() | st.just(provenance)),
                attachments=tuple(draw(st.lists(_FILES, max_size=3, unique_by=lambda file: file.name))),
                feedback=draw(st.none() | _RATINGS),
            )
        )
    conversation = Conversation(
        id="c1",
        owner_id=ANN,
        title=draw(_TEXTS.map(plain_name)),
        created_at=draw(_MOMENTS),
        updated_at=draw(_MOMENTS),
        leaf_id=draw(st.sampled_from(messages)).id,
        options=draw(_OPTIONS),
        prompt=draw(_PROMPTS),
        origin=draw(st.none() | st.sampled_from(["share", "fork"])),
        title_source=draw(st.sampled_from(TitleSource)),
        pinned=draw(st.booleans()),
        archived=draw(st.booleans()),
    )
    return conversation, messages
