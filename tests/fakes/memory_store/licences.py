"""Accepted licences in memory."""

from datetime import datetime

from tests.fakes.memory_store.state import MemoryState


class MemoryLicences(MemoryState):
    def accept_licence(self, owner_id: str, licence: str, now: datetime) -> None:
        self._licences.setdefault((owner_id, licence), now)

    def licence_accepted_at(self, owner_id: str, licence: str) -> datetime | None:
        return self._licences.get((owner_id, licence))
