"""A snapshot as a conversation of somebody's: for whoever goes on with a share, and for its download as a file."""

from datetime import datetime, timedelta

from assistant.conversation import Conversation, GenerationOptions, Message
from assistant.derived_id import derived_id
from assistant.prompt_choice import SUITED_PROMPT
from assistant.snapshot import SideMessage, Snapshot, SnapshotMessage


def copy_of(
    snapshot: Snapshot, owner_id: str, conversation_id: str, now: datetime
) -> tuple[Conversation, list[Message]]:
    """The same ids each time, so that a copy is made once however often it is asked for."""
    messages: list[Message] = []
    for place, shown in enumerate((*snapshot.messages, *snapshot.side)):
        before = shown.follows if isinstance(shown, SideMessage) else place - 1 if place else None
        parent_id = None if before is None else messages[before].id
        messages.append(_message(shown, place, conversation_id, parent_id, now))
    conversation = Conversation(
        id=conversation_id,
        owner_id=owner_id,
        title=snapshot.title,
        created_at=now,
        updated_at=now,
        leaf_id=messages[len(snapshot.messages) - 1].id,
        options=snapshot.options or GenerationOptions(),
        prompt=snapshot.prompt or SUITED_PROMPT,
        origin="share",
    )
    return conversation, messages


def _message(shown: SnapshotMessage, place: int, conversation_id: str, parent_id: str | None, now: datetime) -> Message:
    return Message(
        id=derived_id(conversation_id, str(place)),
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=shown.role,
        text=shown.text,
        status=shown.status,
        # In one order at least, since versions are shown by their age.
        created_at=shown.made_at or now + timedelta(microseconds=place),
        provenance=shown.provenance,
        attachments=shown.attachments,
    )
