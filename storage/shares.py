"""Shares: snapshots, found by the hash of their link's token."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assistant.errors.app import NotFoundError
from assistant.snapshot import OpenShare, Share, ShareKeys, ShareVersion, Snapshot
from storage import mapping
from storage.database import Database
from storage.owned import conversation_of
from storage.tables import ConversationRow, ShareRow, ShareVersionRow

_OF_CONVERSATIONS = (ConversationRow.id == ShareRow.conversation_id, ConversationRow.deleted_at.is_(None))
# Asked for with each view: built once.
_OPEN = (
    select(
        ShareRow.id, ShareRow.version, ShareRow.passphrase, ShareRow.view_limit, ShareRow.views,
        ShareRow.deletion_sha256, ShareRow.revoked_at, ShareRow.expires_at,
    )
    .join(ConversationRow, _OF_CONVERSATIONS[0])
    .where(_OF_CONVERSATIONS[1])
)  # fmt: skip


class ShareStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    # For their owner

    def add_share(self, owner_id: str, share: Share, keys: ShareKeys, snapshot: Snapshot) -> None:
        with self._database.write() as session:
            # Which keeps another one with the same id waiting.
            conversation_of(session, owner_id, share.conversation_id)
            if session.get(ShareRow, share.id) is None:
                session.add(mapping.share_row(share, keys, snapshot))

    def share(self, owner_id: str, share_id: str) -> Share:
        with self._database.read() as session:
            return mapping.share(_share_of(session, owner_id, share_id))

    def shares(self, owner_id: str, conversation_id: str | None = None) -> list[Share]:
        owned = _owned(owner_id).order_by(ShareRow.created_at.desc(), ShareRow.id)
        with self._database.read() as session:
            if conversation_id is not None:
                conversation_of(session, owner_id, conversation_id)
                owned = owned.where(ShareRow.conversation_id == conversation_id)
            return [mapping.share(row) for row in session.scalars(owned)]

    def update_share(self, owner_id: str, share_id: str, snapshot: Snapshot) -> None:
        with self._database.write() as session:
            row = _share_of(session, owner_id, share_id, locked=True)
            shown = Snapshot.model_validate(row.snapshot)
            if snapshot.shows_the_same_as(shown):
                return
            made_at = shown.shared_at
            session.add(ShareVersionRow(share_id=share_id, number=row.version, snapshot=row.snapshot, made_at=made_at))
            row.snapshot = snapshot.model_dump(mode="json")
            row.title = snapshot.title
            row.version += 1

    def share_versions(self, owner_id: str, share_id: str) -> list[ShareVersion]:
        with self._database.read() as session:
            _share_of(session, owner_id, share_id)
            versions = (
                select(ShareVersionRow.number, ShareVersionRow.made_at)
                .where(ShareVersionRow.share_id == share_id)
                .order_by(ShareVersionRow.number.desc())
            )
            return [ShareVersion(number, made_at) for number, made_at in session.execute(versions)]

    def share_version(self, owner_id: str, share_id: str, number: int) -> Snapshot:
        with self._database.read() as session:
            row = _share_of(session, owner_id, share_id)
            # No larger number is asked for: a column has its bounds.
            earlier = session.get(ShareVersionRow, (share_id, number)) if 0 < number < row.version else None
            if earlier is None and number != row.version:
                raise NotFoundError(kind="share")
            return Snapshot.model_validate(earlier.snapshot if earlier else row.snapshot)

    def set_share_expiry(self, owner_id: str, share_id: str, expires_at: datetime | None) -> None:
        with self._database.write() as session:
            _share_of(session, owner_id, share_id, locked=True).expires_at = expires_at

    def revoke_share(self, owner_id: str, share_id: str, now: datetime) -> None:
        with self._database.write() as session:
            row = _share_of(session, owner_id, share_id, locked=True)
            row.revoked_at = row.revoked_at or now

    # For whoever has a link

    def revoke_share_by(self, deletion_sha256: str, now: datetime) -> None:
        named = ShareRow.deletion_sha256 == deletion_sha256
        of_link = select(ShareRow).join(ConversationRow, _OF_CONVERSATIONS[0]).where(_OF_CONVERSATIONS[1], named)
        with self._database.write() as session:
            row = session.scalar(of_link)
            if row is None:
                raise NotFoundError(kind="share")
            row.revoked_at = row.revoked_at or now

    def open_share(self, token_sha256: str, now: datetime) -> OpenShare:
        with self._database.read() as session:
            found = session.execute(_OPEN.where(ShareRow.token_sha256 == token_sha256)).one_or_none()
        if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
            raise NotFoundError(kind="share")
        return OpenShare(
            id=found.id,
            version=found.version,
            passphrase=found.passphrase or "",
            views_left=None if found.view_limit is None else max(0, found.view_limit - found.views),
            secret=found.deletion_sha256 or "",
        )

    def count_views(self, share_id: str, views: int) -> int:
        with self._database.write() as session:
            row = session.scalar(select(ShareRow).where(ShareRow.id == share_id).with_for_update())
            if row is None:
                return 0
            counted = views if row.view_limit is None else max(0, min(views, row.view_limit - row.views))
            row.views += counted
            return counted

    def snapshot(self, token_sha256: str) -> Snapshot:
        with self._database.read() as session:
            found = session.scalar(
                select(ShareRow.snapshot)
                .join(ConversationRow, _OF_CONVERSATIONS[0])
                .where(ShareRow.token_sha256 == token_sha256, ShareRow.revoked_at.is_(None), _OF_CONVERSATIONS[1])
            )
            if found is None:
                raise NotFoundError(kind="share")
            return Snapshot.model_validate(found)


def _owned(owner_id: str) -> Select[ShareRow]:
    of_owner = (_OF_CONVERSATIONS[1], ConversationRow.owner_id == owner_id)
    return select(ShareRow).join(ConversationRow, _OF_CONVERSATIONS[0]).where(*of_owner)


def _share_of(session: Session, owner_id: str, share_id: str, *, locked: bool = False) -> ShareRow:
    """Raises NotFoundError for a share of a deleted conversation too."""
    owned = _owned(owner_id).where(ShareRow.id == share_id)
    row = session.scalar(owned.with_for_update(of=ShareRow) if locked else owned)
    if row is None:
        raise NotFoundError(kind="share")
    return row
