"""Who people are: tokens by their hash, accounts, and the one transaction in which an anonymous visitor becomes one."""

import secrets
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from assistant.errors.app import NotFoundError
from assistant.errors.visitor import SignedOutError
from assistant.identity import Account, Identity
from storage.change_of_owner import change_owner, owned_tables
from storage.database import Database
from storage.identity_tables import AccountRow, IdentityRow, SignInStepRow

_OWNER_BYTES = 32


class IdentityStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def identity(self, token_sha256: str) -> Identity:
        with self._database.read() as session:
            found = session.execute(
                select(IdentityRow, AccountRow)
                .outerjoin(AccountRow, AccountRow.owner_id == IdentityRow.owner_id)
                .where(IdentityRow.token_sha256 == token_sha256)
            ).one_or_none()
            if found is None:
                return Identity(owner_id=token_sha256)
            known, account = found
            if known.revoked_on is not None:
                raise SignedOutError
            if account is None:
                return Identity(owner_id=known.owner_id)
            return _identity(account, known.created_on)

    def see(self, token_sha256: str, today: date) -> bool:
        not_yet = (IdentityRow.token_sha256 == token_sha256, IdentityRow.seen_on < today)
        # Looked at first, so that a second visit of the day waits for no writer.
        with self._database.read() as session:
            if session.scalar(select(IdentityRow.token_sha256).where(*not_yet)) is None:
                return False
        with self._database.write() as session:
            return _changed(session.execute(update(IdentityRow).where(*not_yet).values(seen_on=today))) == 1

    def sign_in(self, account: Account, token_sha256: str, former_sha256: str | None, today: date) -> Identity:
        # The same person may sign in twice at once: the second finds the first one's account.
        return self._database.settle(lambda session: _sign_in(session, account, token_sha256, former_sha256, today))

    def sign_out(self, token_sha256: str, today: date) -> None:
        living = (IdentityRow.token_sha256 == token_sha256, IdentityRow.revoked_on.is_(None))
        # Looked at first, so that nobody waits for tokens that somebody thinks of.
        with self._database.read() as session:
            if session.scalar(select(IdentityRow.token_sha256).where(*living)) is None:
                return
        with self._database.write() as session:
            session.execute(update(IdentityRow).where(*living).values(revoked_on=today))

    def sign_out_everywhere(self, owner_id: str, today: date) -> int:
        living = (IdentityRow.owner_id == owner_id, IdentityRow.revoked_on.is_(None))
        with self._database.write() as session:
            return _changed(session.execute(update(IdentityRow).where(*living).values(revoked_on=today)))

    def forget_revoked(self, before: date) -> int:
        with self._database.write() as session:
            return _changed(session.execute(delete(IdentityRow).where(IdentityRow.revoked_on < before)))

    def add_sign_in_step(self, key_sha256: str, step: dict[str, str], now: datetime, expires_at: datetime) -> None:
        with self._database.write() as session:
            session.execute(delete(SignInStepRow).where(SignInStepRow.expires_at <= now))
            session.add(SignInStepRow(key_sha256=key_sha256, step=step, expires_at=expires_at))

    def take_sign_in_step(self, key_sha256: str, now: datetime) -> dict[str, str]:
        this = SignInStepRow.key_sha256 == key_sha256
        with self._database.write() as session:
            taken = session.execute(delete(SignInStepRow).where(this).returning(SignInStepRow)).scalar_one_or_none()
            if taken is None or taken.expires_at <= now:
                raise NotFoundError(kind="sign_in")
            return dict(taken.step)


def remember(session: Session, owner_id: str, today: date) -> None:
    """With the first that is kept of an anonymous visitor: from now on their token is known, and can be revoked.

    Raises SignedOutError where it was revoked meanwhile: what was kept for it now would be lost.
    """
    known = session.get(IdentityRow, owner_id)
    if known is not None and known.revoked_on is not None:
        raise SignedOutError
    if known is None and session.get(AccountRow, owner_id) is None:
        session.add(IdentityRow(token_sha256=owner_id, owner_id=owner_id, created_on=today, seen_on=today))
        session.flush()


def is_anonymous(owner_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether nobody has signed in to what a row's owner has."""
    return ~exists().where(AccountRow.owner_id == owner_id)


def forget(session: Session, owner_id: str) -> None:
    """An account goes, and its browsers are signed out; a visitor without one is as new as at first."""
    tokens = IdentityRow.owner_id == owner_id
    if _changed(session.execute(delete(AccountRow).where(AccountRow.owner_id == owner_id))):
        # The day that their cookies were last renewed.
        session.execute(update(IdentityRow).where(tokens).values(revoked_on=IdentityRow.seen_on))
    else:
        session.execute(delete(IdentityRow).where(tokens))


def forget_without_things(session: Session, visitors: Collection[str]) -> None:
    """Those of these anonymous visitors who have nothing are as new."""
    known = (IdentityRow.token_sha256.in_(visitors), IdentityRow.revoked_on.is_(None))
    owners = (table.c.owner_id for table in owned_tables())
    nothing = (IdentityRow.owner_id.not_in(select(owner).where(owner.in_(visitors))) for owner in owners)
    session.execute(delete(IdentityRow).where(*known, *nothing))


def _sign_in(session: Session, account: Account, token_sha256: str, former_sha256: str | None, today: date) -> Identity:
    owner_id = _owner_of(session, account, today)
    if former_sha256 is not None:
        former = session.get(IdentityRow, former_sha256)
        if former is None or former.owner_id == former_sha256:
            change_owner(session, former_sha256, owner_id)
        _revoke(session, former_sha256, today)
    session.add(IdentityRow(token_sha256=token_sha256, owner_id=owner_id, created_on=today, seen_on=today))
    return Identity(owner_id=owner_id, account=account, signed_in_on=today)


def _owner_of(session: Session, account: Account, today: date) -> str:
    person = (AccountRow.issuer == account.issuer, AccountRow.subject == account.subject)
    known = session.scalar(select(AccountRow).where(*person))
    if known is None:
        known = AccountRow(
            owner_id=secrets.token_hex(_OWNER_BYTES),
            issuer=account.issuer,
            subject=account.subject,
            name=account.name,
            created_on=today,
        )
        session.add(known)
        session.flush()
    known.name = account.name
    return known.owner_id


def _revoke(session: Session, token_sha256: str, today: date) -> None:
    """Also one that nothing is known of: it was an anonymous visitor's, and shall not be again."""
    known = session.get(IdentityRow, token_sha256)
    if known is None:
        known = IdentityRow(token_sha256=token_sha256, owner_id=token_sha256, created_on=today, seen_on=today)
        session.add(known)
    known.revoked_on = known.revoked_on or today


def _identity(row: AccountRow, signed_in_on: date) -> Identity:
    account = Account(issuer=row.issuer, subject=row.subject, name=row.name)
    return Identity(owner_id=row.owner_id, account=account, signed_in_on=signed_in_on)


def _changed(result: Any) -> int:  # noqa: ANN401  # what SQLAlchemy gives for any statement
    assert isinstance(result, CursorResult)  # noqa: S101  # of an UPDATE or a DELETE
    return result.rowcount
