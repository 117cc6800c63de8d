"""What is taken of each allowance: the time at which it will be full again, by what and who."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from assistant.allowances import Allowance, Refusal, longest_wait
from storage.database import WRITING, Database
from storage.tables import AllowanceRow


class SqlAllowanceStore:
    """Implements `assistant.allowances.AllowanceStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, wanted: Sequence[Allowance], now: datetime) -> Refusal | None:
        # Whoever is refused keeps nobody else from writing, however often they come.
        with self._database.read() as session:
            refusal = _refusal(_rows(session, wanted), now)
        return refusal or self._database.settle(lambda session: _taken(session, wanted, now))

    def charge(self, taken: Sequence[Allowance], now: datetime) -> None:
        self._database.settle(lambda session: _write(session, _rows(session, taken), now))

    def forget_full(self, now: datetime) -> int:
        with self._database.write() as session:
            forgotten = delete(AllowanceRow).where(AllowanceRow.full_at < now).returning(AllowanceRow.what)
            return len(session.scalars(forgotten).all())


_Rows = list[tuple[Allowance, AllowanceRow | None]]


def _taken(session: Session, wanted: Sequence[Allowance], now: datetime) -> Refusal | None:
    rows = _rows(session, wanted)
    refusal = _refusal(rows, now)
    if refusal is None:
        _write(session, rows, now)
    return refusal


def _rows(session: Session, allowances: Sequence[Allowance]) -> _Rows:
    """In one order for all who take: two of them never wait for each other. Where they are written, nobody else's."""
    lock = bool(session.info.get(WRITING))
    ordered = sorted(allowances, key=lambda allowance: (allowance.what, allowance.who))
    return [(a, session.get(AllowanceRow, (a.what, a.who), with_for_update=lock or None)) for a in ordered]


def _refusal(rows: _Rows, now: datetime) -> Refusal | None:
    return longest_wait([allowance for allowance, _ in rows], [row.full_at if row else None for _, row in rows], now)


def _write(session: Session, rows: _Rows, now: datetime) -> None:
    for allowance, row in rows:
        if not allowance.amount:
            continue
        if row is not None:
            row.full_at = allowance.full_at(row.full_at, now)
        else:
            session.add(AllowanceRow(what=allowance.what, who=allowance.who, full_at=allowance.full_at(None, now)))
