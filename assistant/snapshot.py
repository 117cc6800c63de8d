"""A share as data: the frozen copy of one branch, and the record that its owner keeps of it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from assistant.conversation import Attachment, MessageStatus, Provenance, Role


class SnapshotMessage(BaseModel):
    model_config = ConfigDict(frozen=True)

    role: Role
    text: str
    status: MessageStatus
    provenance: Provenance | None = None
    attachments: tuple[Attachment, ...] = ()


class Snapshot(BaseModel):
    """What the page behind a link shows, and all that it can show: later turns are not in it."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    title: str
    shared_at: datetime
    messages: tuple[SnapshotMessage, ...]
    model_name: str
    licence_name: str
    licence_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The owner's record. The link's token is not in it: only its SHA-256 is kept, in storage."""

    id: str
    conversation_id: str
    title: str
    created_at: datetime
    revoked_at: datetime | None = None
