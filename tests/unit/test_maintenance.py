"""What the app does by itself: at the start, then again and again; what fails is told and tried again."""

import asyncio
from datetime import datetime, timedelta

import pytest

from assistant.draft import Draft
from assistant.errors.app import BackupError, NotFoundError, StorageError
from assistant.maintenance import BackupPlan, Maintenance
from tests.contract.samples import ANN, BOB, at, first_turn
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until

HOUR, DAY = 3600, 24 * 3600


class Upkeep:
    """Maintenance of a store in memory; its clock is the loop's, which only a test moves."""

    def __init__(self, *, store: MemoryConversationStore | None = None, retention_days: int | None = None) -> None:
        self.store = store or MemoryConversationStore()
        self.backups: list[float] = []
        self.fault: Exception | None = None
        self.maintenance = Maintenance(
            self.store,
            clock=lambda: at(self._loop.time()),
            retention=timedelta(days=retention_days) if retention_days else None,
            backups=BackupPlan(make=self._back_up, seconds=HOUR),
        )
        self._loop = asyncio.get_running_loop()

    async def round_at(self, second: float) -> None:
        await pass_time(second - self._loop.time())
        await self.maintenance.tend()

    def is_gone(self, conversation_id: str) -> bool:
        try:
            self.store.restore(ANN, conversation_id)
        except NotFoundError:
            return True
        return False

    def _back_up(self) -> None:
        if self.fault:
            raise self.fault
        self.backups.append(self._loop.time())


@on_stepped_time
async def test_a_draft_of_somebody_who_never_asked_anything_is_gone_after_thirty_days() -> None:
    upkeep = Upkeep()
    upkeep.store.keep_draft(ANN, None, Draft("Half a th", "v1"), seen="", now=at(0))
    await upkeep.round_at(30 * DAY)
    assert upkeep.store.draft(ANN, None).text
    await upkeep.round_at(30 * DAY + 1)
    assert not upkeep.store.draft(ANN, None).text


@on_stepped_time
async def test_what_was_deleted_is_really_gone_an_hour_later() -> None:
    upkeep = Upkeep()
    for number in (1, 2):
        upkeep.store.begin_turn(first_turn(number))
        upkeep.store.delete(ANN, f"c{number}", at(number))
    await upkeep.round_at(HOUR + 1)
    await upkeep.round_at(HOUR + 2)
    assert upkeep.is_gone("c1")
    assert not upkeep.is_gone("c2")


@on_stepped_time
async def test_all_that_is_due_goes_in_one_round_however_much_it_is() -> None:
    upkeep = Upkeep()
    for number in range(250):
        upkeep.store.begin_turn(first_turn(number))
        upkeep.store.delete(ANN, f"c{number}", at(0))
    await upkeep.round_at(HOUR + 1)
    assert upkeep.store.deleted_conversations(ANN, 500) == []


@on_stepped_time
async def test_what_nobody_goes_on_with_is_deleted_after_the_days_that_were_set_however_much_it_is() -> None:
    upkeep = Upkeep(retention_days=2)
    for number in range(250):
        upkeep.store.begin_turn(first_turn(number, owner_id=ANN if number % 2 else BOB))
    upkeep.store.begin_turn(first_turn(DAY))
    await upkeep.round_at(2 * DAY)
    assert len(upkeep.store.conversations(ANN, 500)) == 126
    await upkeep.round_at(2 * DAY + 250)
    assert [c.id for c in upkeep.store.conversations(ANN, 500)] == [f"c{DAY}"]
    assert upkeep.store.conversations(BOB, 500) == []


@on_stepped_time
async def test_conversations_are_kept_for_ever_unless_days_are_set() -> None:
    upkeep = Upkeep()
    upkeep.store.begin_turn(first_turn())
    await upkeep.round_at(40_000 * DAY)
    assert len(upkeep.store.conversations(ANN, 10)) == 1


@on_stepped_time
async def test_backups_are_made_at_the_start_and_then_in_their_time() -> None:
    upkeep = Upkeep()
    for second in (0, 60, HOUR - 1, HOUR, HOUR + 60, 2 * HOUR + 5, 3 * HOUR, 3 * HOUR + 5):
        await upkeep.round_at(second)
    assert upkeep.backups == [0, HOUR, 2 * HOUR + 5, 3 * HOUR + 5]


@on_stepped_time
async def test_a_backup_that_fails_is_told_once_and_tried_at_every_round_until_it_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    upkeep = Upkeep()
    upkeep.fault = BackupError(path="/safe", fault="No space left on device")
    for second in (0, 60, 120):
        await upkeep.round_at(second)
    assert upkeep.maintenance.troubles == {"backup": "No space left on device"}
    assert caplog.text.count("backup failed: No space left on device") == 1
    upkeep.fault = None
    await upkeep.round_at(180)
    assert upkeep.backups == [180]
    assert upkeep.maintenance.troubles == {}


@on_stepped_time
async def test_a_fault_that_nobody_thought_of_stops_nothing() -> None:
    upkeep = Upkeep()
    upkeep.fault = ZeroDivisionError("what somebody wrote")
    await upkeep.round_at(0)
    assert upkeep.maintenance.troubles == {"backup": "ZeroDivisionError"}


@on_stepped_time
async def test_a_database_that_is_locked_is_tried_again_and_holds_up_no_backup() -> None:
    store = LockedStore()
    upkeep = Upkeep(store=store)
    store.begin_turn(first_turn())
    store.delete(ANN, "c1", at(1))
    await upkeep.round_at(2 * HOUR)
    assert upkeep.maintenance.troubles == {"purge": "it is locked by another program"}
    assert upkeep.backups
    store.locked = False
    await upkeep.round_at(2 * HOUR + 60)
    assert upkeep.is_gone("c1")
    assert upkeep.maintenance.troubles == {}


class LockedStore(MemoryConversationStore):
    locked = True

    def purge_deleted(self, deleted_before: datetime, limit: int = 100) -> int:
        if self.locked:
            raise StorageError(fault="it is locked by another program")
        return super().purge_deleted(deleted_before, limit)


@on_stepped_time
async def test_while_the_app_runs_round_follows_round_and_the_end_makes_a_last_backup() -> None:
    upkeep = Upkeep()
    upkeep.maintenance.start()
    await until(lambda: len(upkeep.backups) == 1)
    await until(lambda: len(upkeep.backups) == 3, passing=61)
    await upkeep.maintenance.close()
    assert len(upkeep.backups) == 4


@on_stepped_time
async def test_an_end_before_the_start_is_no_matter() -> None:
    upkeep = Upkeep()
    await upkeep.maintenance.close()
    assert upkeep.backups == []
