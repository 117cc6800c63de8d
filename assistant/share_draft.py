"""What would be public of a conversation: its snapshot, redacted, before anybody sees it.

Pure: the same conversation and the same choices always make the same draft, so that what is published can be compared
with what was looked at.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.conversation import Conversation, Message, MessageStatus, branch
from assistant.errors.app import NotFoundError
from assistant.model_catalog import ModelCard, card_for
from assistant.redacted_prompt import redacted_prompt
from assistant.redaction import Found, Redaction
from assistant.snapshot import SideMessage, Snapshot, SnapshotMessage, notices_of
from assistant.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusions:
    """What its owner chose; the visible branch, redacted, is always in."""

    branches: bool = False
    """The other ones too."""
    settings: bool = False
    prompt: bool = False
    kept: frozenset[str] = frozenset()
    """Keys of values that were found and stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    snapshot: Snapshot
    found: list[Found]
    """What is redacted, or kept on purpose."""
    fingerprint: str
    """Of all that would be public, but for the time."""


def make_draft(
    conversation: Conversation, messages: Sequence[Message], chosen: Inclusions, card: ModelCard, now: datetime
) -> Draft:
    """`card`: of the model that answers now, where none of the messages names one. Answers that are still being
    written are left out. Raises NotFoundError when there is nothing to show."""
    finished = [message for message in messages if message.status is not MessageStatus.STREAMING]
    visible = [m for m in branch(messages, conversation.leaf_id) if m.status is not MessageStatus.STREAMING]
    if not visible:
        raise NotFoundError(kind="message")
    redaction = Redaction(chosen.kept)
    redacted = redaction.of
    # In this order the numbers of the placeholders are given.
    title = redacted(conversation.title)
    shown = tuple(SnapshotMessage(**_shown(message, redacted)) for message in visible)
    side = tuple(_side(visible, finished, redacted)) if chosen.branches else ()
    models = [message.provenance.model for message in (*shown, *side) if message.provenance]
    snapshot = Snapshot(
        title=title,
        shared_at=now,
        messages=shown,
        side=side,
        options=conversation.options if chosen.settings else None,
        prompt=redacted_prompt(conversation.prompt, redacted) if chosen.prompt else None,
        notices=notices_of(map(card_for, models) if models else [card]),
        app_version=VERSION,
    )
    is_redacted = any(found.key not in chosen.kept for found in redaction.found)
    snapshot = snapshot.model_copy(update={"redacted": is_redacted})
    public = snapshot.model_dump_json(exclude={"shared_at"})
    return Draft(snapshot=snapshot, found=redaction.found, fingerprint=hashlib.sha256(public.encode()).hexdigest())


def _shown(message: Message, redacted: Callable[[str], str]) -> dict[str, Any]:
    return {
        "role": message.role,
        "text": redacted(message.text),
        "status": message.status,
        "provenance": message.provenance,
        "attachments": tuple(
            file.model_copy(update={"name": redacted(file.name), "text": redacted(file.text)})
            for file in message.attachments
        ),
        "made_at": message.created_at,
    }


def _side(
    visible: Sequence[Message], finished: Sequence[Message], redacted: Callable[[str], str]
) -> Iterator[SideMessage]:
    """Each after the one that it follows, and all that follows it before its next version."""
    places = {message.id: place for place, message in enumerate(visible)}
    after: defaultdict[str | None, list[Message]] = defaultdict(list)
    for message in reversed(finished):
        if message.id not in places:
            after[message.parent_id].append(message)
    for start in (None, *list(places)):
        pending = after[start]
        while pending:
            message = pending.pop()
            follows = None if message.parent_id is None else places[message.parent_id]
            places[message.id] = len(places)
            yield SideMessage(**_shown(message, redacted), follows=follows)
            pending += after[message.id]
