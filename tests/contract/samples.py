"""Turns, outcomes and shares to fill a store with; ids carry their number, time goes one second a number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, Provenance, Role
from assistant.new_turn import NewTurn
from assistant.ports import RunOutcome
from assistant.snapshot import ModelNotice, Share, ShareKeys, Snapshot, SnapshotMessage

ANN, BOB = "owner-ann", "owner-bob"
OPTIONS = GenerationOptions(temperature=0.7, seed=42)
PROVENANCE = Provenance(
    model="m",
    model_revision="r1",
    prompt_id="test/transcript",
    prompt_sha256="0" * 64,
    options=OPTIONS,
    turns_dropped=2,
    prompt_tokens=11,
    completion_tokens=None,
    finish_reason="stop",
    first_token_seconds=0.25,
    seconds=1.5,
)
# NUL and lone surrogates are not here: they are replaced before they come to a store.
ODD_TEXTS = {
    "scripts": "👩🏽‍💻 café cafe\u0301 中文 עברית \u202e",
    "line ends": "a\r\nb\rc\n\n\td  ",
    "sql": "' OR 1=1; -- %s :id {x} \\ \"",
    "json": '{"text": null}',
    "controls": "\x01\x1f\x7f\u2028\ufeff",
    "a million characters": "🐍x" * 500_000,
}


def at(second: float) -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=second)


def first_turn(number: int = 1, **changes: Any) -> NewTurn:
    """Begins conversation c1 with question q1, answer a1 and run r1."""
    turn = NewTurn(
        owner_id=ANN,
        conversation_id=f"c{number}",
        new_conversation_title=f"Title {number}",
        parent_id=None,
        parent_must_be_leaf=True,
        question_id=f"q{number}",
        question=f"Question {number}?",
        answer_id=f"a{number}",
        run_id=f"r{number}",
        client_request_id=f"request-{number}",
        process_id="process-1",
        options=OPTIONS,
        now=at(number),
    )
    return replace(turn, **changes)


def next_turn(number: int, conversation_id: str = "c1", parent_id: str | None = "a1", **changes: Any) -> NewTurn:
    """Goes on in a conversation that exists."""
    return first_turn(
        number, **{"conversation_id": conversation_id, "new_conversation_title": None, "parent_id": parent_id} | changes
    )


def answer_again(number: int, question_id: str, conversation_id: str = "c1") -> NewTurn:
    return next_turn(number, conversation_id, question_id, question_id=None, question=None, parent_must_be_leaf=False)


def complete(text: str = "An answer.") -> RunOutcome:
    return RunOutcome(status=MessageStatus.COMPLETE, text=text, provenance=PROVENANCE)


def conversation_of(messages: list[Message], *, owner: str = ANN, conversation_id: str = "copy") -> Conversation:
    return Conversation(
        id=conversation_id,
        owner_id=owner,
        title="A copy",
        created_at=at(1),
        updated_at=at(2),
        leaf_id=messages[-1].id,
        options=OPTIONS,
        origin="share",
    )


def chain(length: int, conversation_id: str = "copy") -> list[Message]:
    """Questions and answers in turn, each following the one before."""
    return [
        Message(
            id=f"{conversation_id}-{n:04}",
            conversation_id=conversation_id,
            parent_id=f"{conversation_id}-{n - 1:04}" if n else None,
            role=Role.ASSISTANT if n % 2 else Role.USER,
            text=f"Text {n}",
            status=MessageStatus.COMPLETE,
            created_at=at(n),
            provenance=PROVENANCE if n % 2 else None,
        )
        for n in range(length)
    ]


def share(number: int = 1, conversation_id: str = "c1") -> Share:
    return Share(id=f"s{number}", conversation_id=conversation_id, title="Shared", created_at=at(100 + number))


def keys(token_sha256: str) -> ShareKeys:
    return ShareKeys(token_sha256=token_sha256, deletion_sha256=f"e{token_sha256[1:]}")


def snapshot(text: str = "Question?") -> Snapshot:
    question = SnapshotMessage(role=Role.USER, text=text, status=MessageStatus.COMPLETE)
    answer = SnapshotMessage(role=Role.ASSISTANT, text="Yes.", status=MessageStatus.STOPPED, provenance=PROVENANCE)
    return Snapshot(
        title="Shared",
        shared_at=at(100),
        messages=(question, answer),
        notices=(ModelNotice(model="m", licence="Apache-2.0", url="https://example.org/licence"),),
    )
