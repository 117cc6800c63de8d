"""What has to be done again and again while the app runs: delete what is due, and make backups.

A chore that fails is told in the log and to whoever asks for the app's health, and is tried again at the next round.
Knows nothing of how a backup is made.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from assistant.errors.root import AssistantError
from assistant.ports import ConversationStore

logger = logging.getLogger(__name__)

_ROUND_SECONDS = 60.0
_UNDO_TIME = timedelta(hours=1)
_DRAFT_TIME = timedelta(days=30)
"""For a draft of somebody who never asked anything, and may never come back."""
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPlan:
    make: Callable[[], object]
    """Blocks; raises AssistantError."""
    seconds: float
    """From one to the next."""


class Maintenance:
    def __init__(
        self,
        store: ConversationStore,
        *,
        clock: Callable[[], datetime],
        retention: timedelta | None = None,
        backups: BackupPlan | None = None,
        chores: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """`retention`: how long a conversation is kept that nobody goes on with; None for ever. `chores`: what else
        there is to do, by names; each blocks."""
        self._store = store
        self._clock = clock
        self._chores: dict[str, Callable[[], object]] = {
            "purge": self._purge,
            "drafts": self._forget_drafts,
            **(chores or {}),
        }
        if retention:
            self._chores["retention"] = partial(self._delete_expired, retention)
        self._backups = backups
        self._next_backup = 0.0
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.troubles: dict[str, str] = {}
        """What failed when it was last tried → why."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._live(), name="maintenance")

    async def close(self) -> None:
        """Returns when a last backup is made, or cannot be."""
        self._ending.set()
        if self._task:
            await self._task

    async def tend(self) -> None:
        """One round: all that is due now."""
        for name, chore in self._chores.items():
            await self._try(name, chore)
        now = asyncio.get_running_loop().time()
        if self._backups and now >= self._next_backup and await self._try("backup", self._backups.make):
            self._next_backup = now + self._backups.seconds

    async def _live(self) -> None:
        while not self._ending.is_set():
            await self.tend()
            await self._rest()
        if self._backups:
            await self._try("backup", self._backups.make)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), _ROUND_SECONDS)

    async def _try(self, name: str, chore: Callable[[], object]) -> bool:
        try:
            await asyncio.to_thread(chore)
        except Exception as error:
            told = error.facts.get("fault") if isinstance(error, AssistantError) else None
            fault = str(told or type(error).__name__)
            # Once for each fault, not once a minute.
            if self.troubles.get(name) != fault:
                logger.error("%s failed: %s", name, fault, exc_info=None if told else error)
            self.troubles[name] = fault
            return False
        if self.troubles.pop(name, None):
            logger.info("%s works again", name)
        return True

    def _purge(self) -> None:
        before = self._clock() - _UNDO_TIME
        # In batches, so that nobody who asks meanwhile waits for long.
        while not self._ending.is_set() and (purged := self._store.purge_deleted(before, _BATCH)):
            logger.info("%d deleted conversations are really gone", purged)

    def _forget_drafts(self) -> None:
        before = self._clock() - _DRAFT_TIME
        while not self._ending.is_set() and (forgotten := self._store.forget_drafts(before, _BATCH)):
            logger.info("%d drafts of visitors who never asked anything are gone", forgotten)

    def _delete_expired(self, retention: timedelta) -> None:
        before = self._clock() - retention
        while not self._ending.is_set() and (deleted := self._store.delete_unchanged(before, _BATCH)):
            logger.info("%d conversations that nobody went on with are deleted", deleted)
