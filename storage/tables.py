"""The tables, as SQLAlchemy sees them. Private to storage: nothing outside ever holds a row."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

STREAMING = text("status = 'streaming'")
HIDDEN = text("deleted_at IS NOT NULL")
RATED = text("feedback IS NOT NULL")
NEW_CHAT = ""
"""The place of a draft that is in no conversation yet."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out, on databases that keep no zone too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Row(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own way to declare it
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True),
    }


class ConversationRow(Row):
    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_listed", "owner_id", "archived", "pinned", "updated_at", "id"),
        Index("ix_conversations_archived", "owner_id", "archived", "updated_at", "id"),
        Index("ix_conversations_deleted", "deleted_at"),
        Index("ix_conversations_updated", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    leaf_id: Mapped[str | None] = mapped_column(String(64))
    left_leaves: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    options: Mapped[dict[str, Any]]
    prompt: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """None: whatever suits the model."""
    origin: Mapped[str | None] = mapped_column(Text)
    title_source: Mapped[str] = mapped_column(String(16), server_default="question")
    pinned: Mapped[bool] = mapped_column(server_default=false())
    archived: Mapped[bool] = mapped_column(server_default=false())
    deleted_at: Mapped[datetime | None]
    """Hidden since then: deleted by its owner, or by an import that has not come to its end."""
    importing: Mapped[bool] = mapped_column(server_default=false())
    """The latter."""


class MessageRow(Row):
    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation", "conversation_id", "created_at", "id"),
        Index("ix_messages_deleted", "deleted_at", sqlite_where=HIDDEN, postgresql_where=HIDDEN),
        Index("ix_messages_rated", "id", sqlite_where=RATED, postgresql_where=RATED),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    provenance: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attachments: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    feedback: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    deleted_at: Mapped[datetime | None]


class RunRow(Row):
    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("owner_id", "client_request_id", name="uq_runs_request"),
        # The run slot: one unfinished run a conversation, whoever tries.
        Index("uq_runs_slot", "conversation_id", unique=True, sqlite_where=STREAMING, postgresql_where=STREAMING),
        Index("ix_runs_conversation", "conversation_id"),
        Index("ix_runs_status", "status"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    owner_id: Mapped[str] = mapped_column(String(64))
    answer_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    client_request_id: Mapped[str] = mapped_column(String(128))
    status: Mapped[str] = mapped_column(String(16))
    process_id: Mapped[str] = mapped_column(String(64))
    asked_from: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    stop_requested_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ShareRow(Row):
    __tablename__ = "shares"
    __table_args__ = (
        Index("ix_shares_conversation", "conversation_id", "created_at"),
        Index("ix_shares_deletion", "deletion_sha256"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    view_limit: Mapped[int | None]
    views: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    passphrase: Mapped[str | None] = mapped_column(Text)
    deletion_sha256: Mapped[str | None] = mapped_column(String(64))


class ShareVersionRow(Row):
    """What a share showed before it was updated."""

    __tablename__ = "share_versions"

    share_id: Mapped[str] = mapped_column(ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    snapshot: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class PersonRow(Row):
    """What a person decided for all of their conversations."""

    __tablename__ = "people"

    owner_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agreed_to_export_at: Mapped[datetime | None]
    """Rated answers of theirs may be given to the operator's export."""


class LicenceRow(Row):
    """What a person has accepted: one version of a licence."""

    __tablename__ = "licences"

    owner_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    licence: Mapped[str] = mapped_column(String(200), primary_key=True)
    accepted_at: Mapped[datetime]


class PresetRow(Row):
    __tablename__ = "presets"
    __table_args__ = (UniqueConstraint("owner_id", "name", name="uq_presets_name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    prompt: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class DraftRow(Row):
    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_conversation", "conversation_id"),
        Index("ix_drafts_updated", "updated_at"),
    )

    owner_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Or `NEW_CHAT`, which is why no key refers to the conversations."""
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class AllowanceRow(Row):
    """What a person or an address has taken of what they may have; without a row: nothing."""

    __tablename__ = "allowances"
    __table_args__ = (Index("ix_allowances_full", "full_at"),)

    what: Mapped[str] = mapped_column(String(32), primary_key=True)
    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[datetime]
