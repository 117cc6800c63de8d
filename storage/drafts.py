"""What people have typed and not yet sent."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from assistant.draft import Draft
from storage.database import Database
from storage.identities import forget_without_things, is_anonymous, remember
from storage.owned import conversation_of
from storage.tables import NEW_CHAT, ConversationRow, DraftRow


class DraftStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def draft(self, owner_id: str, conversation_id: str | None) -> Draft:
        with self._database.read() as session:
            row = _row(session, owner_id, conversation_id)
            return Draft(row.text, row.version) if row else Draft()

    def keep_draft(
        self, owner_id: str, conversation_id: str | None, draft: Draft, *, seen: str, now: datetime
    ) -> Draft:
        # The first word of a draft may come from two tabs at once: the second try finds the other's.
        return self._database.settle(lambda session: _keep(session, owner_id, conversation_id, draft, seen, now))

    def forget_drafts(self, unchanged_since: datetime, limit: int) -> int:
        has_none = ~exists().where(ConversationRow.owner_id == DraftRow.owner_id)
        old = select(DraftRow).where(DraftRow.updated_at < unchanged_since, is_anonymous(DraftRow.owner_id), has_none)
        with self._database.write() as session:
            rows = session.scalars(old.order_by(DraftRow.updated_at).limit(limit).with_for_update()).all()
            for row in rows:
                session.delete(row)
            session.flush()
            forget_without_things(session, {row.owner_id for row in rows})
            return len(rows)


def forget_sent(session: Session, owner_id: str, conversation_id: str | None, question: str) -> None:
    """A draft that was sent is done; the keys of the last moment may be lacking in it. Another tab's stays."""
    row = session.get(DraftRow, (owner_id, conversation_id or NEW_CHAT))
    if row is not None and question.startswith(row.text):
        session.delete(row)


def forget_old(session: Session, unchanged_since: datetime) -> None:
    session.execute(delete(DraftRow).where(DraftRow.updated_at < unchanged_since, is_anonymous(DraftRow.owner_id)))


def _keep(
    session: Session, owner_id: str, conversation_id: str | None, draft: Draft, seen: str, now: datetime
) -> Draft:
    row = _row(session, owner_id, conversation_id)
    if row is not None and row.version != seen:
        return Draft(row.text, row.version)
    if row is not None and not draft.text:
        session.delete(row)
    elif row is not None:
        row.text, row.version, row.updated_at = draft.text, draft.version, now
    elif draft.text:
        remember(session, owner_id, now.date())
        place = conversation_id or NEW_CHAT
        session.add(
            DraftRow(owner_id=owner_id, conversation_id=place, text=draft.text, version=draft.version, updated_at=now)
        )
        session.flush()
    return draft


def _row(session: Session, owner_id: str, conversation_id: str | None) -> DraftRow | None:
    if conversation_id is not None:
        conversation_of(session, owner_id, conversation_id)
    return session.get(DraftRow, (owner_id, conversation_id or NEW_CHAT))
