"""Shares: snapshots, found by the hash of their link's token."""

from datetime import datetime

from sqlalchemy import select

from assistant.errors import NotFoundError
from assistant.snapshot import Share, Snapshot
from storage import mapping
from storage.database import Database
from storage.owned import conversation_of
from storage.tables import ConversationRow, ShareRow


class ShareStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_share(self, owner_id: str, share: Share, token_sha256: str, snapshot: Snapshot) -> None:
        with self._database.write() as session:
            conversation_of(session, owner_id, share.conversation_id)
            session.add(
                ShareRow(
                    id=share.id,
                    conversation_id=share.conversation_id,
                    token_sha256=token_sha256,
                    title=share.title,
                    snapshot=snapshot.model_dump(mode="json"),
                    created_at=share.created_at,
                )
            )

    def shares(self, owner_id: str, conversation_id: str) -> list[Share]:
        with self._database.read() as session:
            conversation_of(session, owner_id, conversation_id)
            rows = session.scalars(
                select(ShareRow)
                .where(ShareRow.conversation_id == conversation_id)
                .order_by(ShareRow.created_at.desc(), ShareRow.id)
            )
            return [mapping.share(row) for row in rows]

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None:
        with self._database.write() as session:
            row = session.scalar(
                select(ShareRow)
                .join(ConversationRow, ConversationRow.id == ShareRow.conversation_id)
                .where(
                    ShareRow.id == share_id,
                    ConversationRow.owner_id == owner_id,
                    ConversationRow.deleted_at.is_(None),
                )
            )
            if row is None:
                raise NotFoundError(kind="share")
            row.revoked_at = row.revoked_at or now

    def snapshot(self, token_sha256: str) -> Snapshot:
        with self._database.read() as session:
            found = session.scalar(
                select(ShareRow.snapshot)
                .join(ConversationRow, ConversationRow.id == ShareRow.conversation_id)
                .where(
                    ShareRow.token_sha256 == token_sha256,
                    ShareRow.revoked_at.is_(None),
                    ConversationRow.deleted_at.is_(None),
                )
            )
            if found is None:
                raise NotFoundError(kind="share")
            return Snapshot.model_validate(found)
