"""Which licences people have accepted, and when."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.database import Database
from storage.tables import LicenceRow


class LicenceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def accept_licence(self, owner_id: str, licence: str, now: datetime) -> None:
        def accept(session: Session) -> None:
            if session.get(LicenceRow, (owner_id, licence)) is None:
                session.add(LicenceRow(owner_id=owner_id, licence=licence, accepted_at=now))
                session.flush()

        self._database.settle(accept)

    def licence_accepted_at(self, owner_id: str, licence: str) -> datetime | None:
        with self._database.read() as session:
            row = session.get(LicenceRow, (owner_id, licence))
            return row.accepted_at if row else None
