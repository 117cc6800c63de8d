"""The store in memory, out of order while a test wants it to be."""

from datetime import datetime

from assistant.errors.app import StorageError
from assistant.ports import RunOutcome
from tests.fakes.memory_store import MemoryConversationStore


class FailingStore(MemoryConversationStore):
    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.checkpoints: list[str] = []
        """The texts that were kept while answers were made."""
        self.refused = 0
        """How many times it was asked in vain."""

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        self._refuse_if_down()
        self.checkpoints.append(text)
        return super().checkpoint(run_id, text, now)

    def finish(self, run_id: str, outcome: RunOutcome, now: datetime) -> bool:
        self._refuse_if_down()
        return super().finish(run_id, outcome, now)

    def _refuse_if_down(self) -> None:
        if self.down:
            self.refused += 1
            raise StorageError(fault="the disk is full")
