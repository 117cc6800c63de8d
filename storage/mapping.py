"""Rows to domain values and back; the one place that knows both."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.conversation import (
    Attachment,
    Conversation,
    Feedback,
    GenerationOptions,
    Message,
    MessageStatus,
    Provenance,
    Role,
    Run,
    TitleSource,
)
from assistant.errors.root import ErrorReport
from assistant.prompt_choice import SUITED_PROMPT, OwnPrompt, PromptChoice, PromptPreset
from assistant.snapshot import Share, ShareKeys, Snapshot
from storage.tables import ConversationRow, MessageRow, PresetRow, RunRow, ShareRow


def conversation(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        owner_id=row.owner_id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        leaf_id=row.leaf_id,
        left_leaves=tuple(row.left_leaves or ()),
        options=GenerationOptions.model_validate(row.options),
        prompt=PromptChoice.model_validate(row.prompt) if row.prompt else SUITED_PROMPT,
        origin=row.origin,
        title_source=TitleSource(row.title_source),
        pinned=row.pinned,
        archived=row.archived,
    )


def conversation_row(value: Conversation) -> ConversationRow:
    return ConversationRow(
        id=value.id,
        owner_id=value.owner_id,
        title=value.title,
        created_at=value.created_at,
        updated_at=value.updated_at,
        leaf_id=value.leaf_id,
        left_leaves=list(value.left_leaves) or None,
        options=value.options.model_dump(),
        prompt=prompt_json(value.prompt),
        origin=value.origin,
        title_source=value.title_source,
        pinned=value.pinned,
        archived=value.archived,
    )


def message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        role=Role(row.role),
        text=row.text,
        status=MessageStatus(row.status),
        created_at=row.created_at,
        error=ErrorReport(**row.error) if row.error else None,
        provenance=Provenance.model_validate(row.provenance) if row.provenance else None,
        attachments=tuple(Attachment.model_validate(attachment) for attachment in row.attachments or ()),
        feedback=Feedback.model_validate(row.feedback) if row.feedback else None,
    )


def message_row(value: Message) -> MessageRow:
    return MessageRow(
        id=value.id,
        conversation_id=value.conversation_id,
        parent_id=value.parent_id,
        role=value.role,
        text=value.text,
        status=value.status,
        created_at=value.created_at,
        error=error_json(value.error),
        provenance=provenance_json(value.provenance),
        attachments=attachments_json(value.attachments),
        feedback=feedback_json(value.feedback),
    )


def error_json(error: ErrorReport | None) -> dict[str, Any] | None:
    return asdict(error) if error else None


def provenance_json(provenance: Provenance | None) -> dict[str, Any] | None:
    return provenance.model_dump(mode="json") if provenance else None


def attachments_json(attachments: Sequence[Attachment]) -> list[dict[str, Any]] | None:
    return [attachment.model_dump() for attachment in attachments] or None


def feedback_json(feedback: Feedback | None) -> dict[str, Any] | None:
    return feedback.model_dump(mode="json") if feedback else None


def prompt_json(prompt: PromptChoice) -> dict[str, Any] | None:
    return None if prompt == SUITED_PROMPT else prompt.model_dump(mode="json")


def preset(row: PresetRow) -> PromptPreset:
    return PromptPreset(
        id=row.id, name=row.name, prompt=OwnPrompt.model_validate(row.prompt), created_at=row.created_at
    )


def preset_row(owner_id: str, value: PromptPreset) -> PresetRow:
    return PresetRow(
        id=value.id,
        owner_id=owner_id,
        name=value.name,
        prompt=value.prompt.model_dump(mode="json"),
        created_at=value.created_at,
    )


def run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        conversation_id=row.conversation_id,
        owner_id=row.owner_id,
        answer_id=row.answer_id,
        client_request_id=row.client_request_id,
        status=MessageStatus(row.status),
        process_id=row.process_id,
        started_at=row.started_at,
    )


def share_row(value: Share, keys: ShareKeys, snapshot: Snapshot) -> ShareRow:
    return ShareRow(
        id=value.id,
        conversation_id=value.conversation_id,
        token_sha256=keys.token_sha256,
        deletion_sha256=keys.deletion_sha256 or None,
        passphrase=keys.passphrase or None,
        title=value.title,
        snapshot=snapshot.model_dump(mode="json"),
        created_at=value.created_at,
        revoked_at=value.revoked_at,
        expires_at=value.expires_at,
        view_limit=value.view_limit,
        views=value.views,
        version=value.version,
    )


def share(row: ShareRow) -> Share:
    return Share(
        id=row.id,
        conversation_id=row.conversation_id,
        title=row.title,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        view_limit=row.view_limit,
        views=row.views,
        version=row.version,
        has_passphrase=bool(row.passphrase),
    )
