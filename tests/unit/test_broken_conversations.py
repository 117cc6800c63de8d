"""What is no conversation of any known kind is refused with its place: our own format's faults, and the others'."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.portable_samples import (
    SMALL_CHATGPT,
    chatgpt,
    fault_of,
    huggingchat,
    json_file,
    node,
    ours,
    said,
)

Change = Callable[[Any], object]


def changed(message: int, **changes: object) -> Change:
    return lambda document: document["messages"][message].update(changes)


OURS: dict[str, tuple[Change, str, str]] = {
    "missing parent": (changed(11, parent_id="gone"), "message 12", "parent is not in the file"),
    "cycle": (changed(4, parent_id="copy-0006"), "message 5", "back to itself"),
    "own parent": (changed(4, parent_id="copy-0004"), "message 5", "back to itself"),
    "duplicate id": (changed(7, id="copy-0003"), "message 8", "earlier message"),
    "no such leaf": (lambda d: d.update(leaf_id="gone"), "", "ends with"),
    "role": (changed(2, role="system"), "message 3, role", "'user' or 'assistant'"),
    "number as text": (changed(2, text=5), "message 3, text", "string"),
    "text as number": (lambda d: d["options"].update(top_k="50"), "options, top_k", "integer"),
    "option out of bounds": (lambda d: d["options"].update(temperature=9), "options, temperature", "less than"),
    "list for object": (lambda d: d.update(options=[]), "options", "object"),
    "object for list": (lambda d: d.update(messages={}), "messages", "array"),
    "unknown field": (lambda d: d.update(owner_id="ann"), "owner_id", "not permitted"),
    "missing field": (lambda d: d.pop("title"), "title", "required"),
    "no zone": (lambda d: d.update(created_at="2026-01-01T00:00:00"), "created_at", "timezone"),
    "before 1970": (lambda d: d.update(created_at="0001-01-01T00:00:00Z"), "created_at", "1970"),
    "year 9999": (lambda d: d.update(updated_at="9999-12-31T23:59:59-12:00"), "updated_at", "1970"),
    "huge seed": (lambda d: d["options"].update(seed=2**53), "options, seed", "less than"),
    "huge number": (changed(1, created_at=10**20), "", "too large"),
    "infinite number": (lambda d: d["options"].update(temperature=1e999), "", "not JSON"),
    "long text": (changed(3, text="x" * 1_000_001), "message 4, text", "at most 1000000"),
    "long title": (lambda d: d.update(title="x" * 1001), "title", "at most 1000"),
    "new version": (lambda d: d.update(version=2), "version", "1"),
    "too many files": (changed(0, attachments=[{"name": "a", "text": ""}] * 11), "message 1, attachments", "at most"),
    "too large a file": (changed(2, attachments=[{"name": "a", "text": "x" * 300_000}]), "message 3", "too large"),
}


@pytest.mark.parametrize(("change", "place", "fault"), OURS.values(), ids=OURS.keys())
def test_a_fault_of_our_own_format_is_told_with_its_place(
    tmp_path: Path, change: Change, place: str, fault: str
) -> None:
    document = ours()
    change(document)
    told = fault_of(json_file(tmp_path / "c.json", [ours() | {"id": "other"}, document]))
    assert told[0] == f"conversation 2, {place}".rstrip(", ")
    assert fault in told[1]


Q, A = node("q1", None, "user", "Q?"), node("a1", "q1", "assistant", "A.")
FOREIGN: dict[str, tuple[object, str, str]] = {
    "missing parent": (chatgpt([Q, A | {"parent": "x"}]), "message 2", "parent is not in the file"),
    "cycle": (chatgpt([Q | {"parent": "a1"}, A]), "message 1", "back to itself"),
    "no such leaf": (chatgpt([Q, A], current_node="x"), "", "ends with"),
    "leaf of another kind": (chatgpt([Q, A], current_node=["a1"]), "", "ends with"),
    "node of another kind": (chatgpt([Q]) | {"mapping": {"q1": 5}}, "message 1", "parent"),
    "message of another kind": (chatgpt([Q | {"message": []}]), "message 1", "ChatGPT"),
    "no author": (chatgpt([Q | {"message": {"content": {}}}]), "message 1", "author"),
    "parts of another kind": (chatgpt([node("q", None, "user", 5)]), "message 1", "neither text"),
    "no parts": (chatgpt([node("q", None, "user", content={"content_type": "text", "parts": 5})]), "message 1", "list"),
    "no id": (chatgpt([Q, A], 5), "", "no id"),  # type: ignore[arg-type]
    "no date": (chatgpt([Q, A], create_time=None), "", "no date"),
    "milliseconds": (chatgpt([Q, A], create_time=1764000000000), "", "1970"),
    "minus": (chatgpt([Q, A], create_time=-1e12), "", "1970"),
    "title of another kind": (chatgpt([Q, A], title={"a": 1}), "", "title"),
    "from nobody": (huggingchat([said("m", "tool", "x")]), "message 1", "who it is from"),
    "no text": (huggingchat([said("m", "user", 5)]), "message 1", "no text"),  # type: ignore[arg-type]
    "same id": (huggingchat([said("m", "user", "x"), said("m", "user", "y")]), "message 2", "earlier message"),
    "lost ancestor": (huggingchat([said("m", "user", "x", ["gone"])]), "message 1", "parent is not"),
    "own ancestor": (huggingchat([said("m", "user", "x", ["m"])]), "message 1", "back to itself"),
    "odd ancestors": (huggingchat([said("m", "user", "x", [5])]), "message 1", "ancestors"),  # type: ignore[list-item]
    "a huge date": (huggingchat([], createdAt={"$date": {"$numberLong": "9" * 5000}}), "", "date"),
    "no conversation": ({"hello": "world"}, "", "no conversation of this app"),
    "no object": (5, "", "not a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "place", "fault"), FOREIGN.values(), ids=FOREIGN.keys())
def test_a_fault_of_anothers_format_is_told_with_its_place(
    tmp_path: Path, value: object, place: str, fault: str
) -> None:
    told = fault_of(json_file(tmp_path / "c.json", [SMALL_CHATGPT | {"conversation_id": "other"}, value]))
    assert told[0] == f"conversation 2, {place}".rstrip(", ")
    assert fault in told[1]
