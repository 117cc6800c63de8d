"""Who people are, as SQLAlchemy sees it: tokens of browsers by their hash, accounts, and sign-ins under way.

Days are kept, no times: nobody's comings and goings are of interest.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Row

_REVOKED = text("revoked_on IS NOT NULL")


class IdentityRow(Row):
    __tablename__ = "identities"
    __table_args__ = (
        Index("ix_identities_owner", "owner_id"),
        Index("ix_identities_revoked", "revoked_on", sqlite_where=_REVOKED, postgresql_where=_REVOKED),
    )

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    created_on: Mapped[date]
    seen_on: Mapped[date]
    revoked_on: Mapped[date | None]


class AccountRow(Row):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="uq_accounts_person"),)

    owner_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    created_on: Mapped[date]


class SignInStepRow(Row):
    __tablename__ = "sign_in_steps"
    __table_args__ = (Index("ix_sign_in_steps_expiry", "expires_at"),)

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    step: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]
