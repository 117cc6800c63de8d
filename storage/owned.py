"""The one rule of ownership: what is not this owner's, or is deleted, is not there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.conversation import MessageStatus, left_behind
from assistant.errors.app import NotFoundError
from storage.database import WRITING
from storage.tables import ConversationRow, MessageRow, RunRow


def conversation_of(
    session: Session, owner_id: str, conversation_id: str, *, deleted: bool = False, importing: bool = False
) -> ConversationRow:
    """Raises NotFoundError. `deleted`: also one that is; `importing`: also one of an import that is under way.

    A writing transaction has the conversation to itself from here on: what it looks at stays so until it has written.
    """
    # SQLite has one writer anyway, and knows no such lock. Keys are not touched: new rows may refer to it meanwhile.
    lock = {"key_share": True} if session.info.get(WRITING) else None
    row = session.get(ConversationRow, conversation_id, with_for_update=lock)
    if row is None or row.owner_id != owner_id:
        raise NotFoundError(kind="conversation")
    if row.deleted_at is not None and not (importing if row.importing else deleted):
        raise NotFoundError(kind="conversation")
    return row


def lock_conversation_of(session: Session, run_id: str) -> None:
    """As `conversation_of` has it locked, before anything of a run is written: who has a message first and then wants
    its conversation meets somebody who goes the other way."""
    of = select(ConversationRow.id).join(RunRow, RunRow.conversation_id == ConversationRow.id)
    session.execute(of.where(RunRow.id == run_id).with_for_update(key_share=True, of=ConversationRow))


def message_of(
    session: Session, conversation: ConversationRow, message_id: str, *, deleted: bool = False
) -> MessageRow:
    """Raises NotFoundError for a message of another conversation too. `deleted`: also one that is hidden."""
    row = session.get(MessageRow, message_id)
    if row is None or row.conversation_id != conversation.id or (row.deleted_at is not None and not deleted):
        raise NotFoundError(kind="message")
    return row


def show(conversation: ConversationRow, leaf_id: str) -> None:
    """Another branch than the one that is shown."""
    conversation.left_leaves = list(left_behind(conversation.left_leaves or (), conversation.leaf_id, leaf_id)) or None
    conversation.leaf_id = leaf_id


def active_run_of(session: Session, conversation_id: str) -> RunRow | None:
    return session.scalar(
        select(RunRow).where(RunRow.conversation_id == conversation_id, RunRow.status == MessageStatus.STREAMING)
    )
