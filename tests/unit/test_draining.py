"""Draining: runs get their time to end, and are kept as interrupted after it."""

import asyncio

from assistant.conversation import MessageStatus
from tests.fakes.desk import open_desk
from tests.fakes.failing_store import FailingStore
from tests.fakes.held_run import answer, held_run
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until


@on_stepped_time
async def test_draining_lets_an_answer_end_in_its_time() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " Begin and")
        draining = asyncio.create_task(desk.runs.drain(5.0))
        await pass_time(4.9)
        assert desk.runs.draining
        desk.model.release()
        await draining
        assert (answer(desk, run).text, answer(desk, run).status) == ("Begin and the end.", MessageStatus.COMPLETE)


@on_stepped_time
async def test_draining_interrupts_an_answer_whose_time_is_over() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " So far")
        draining = asyncio.create_task(desk.runs.drain(5.0))
        await pass_time(0.0)
        await pass_time(5.0)
        await draining
        assert (answer(desk, run).text, answer(desk, run).status) == ("So far", MessageStatus.INTERRUPTED)


@on_stepped_time
async def test_draining_does_not_wait_for_ever_for_storage() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " So far")
        store.down = True
        draining = asyncio.create_task(desk.runs.drain(0))
        await until(lambda: store.refused == 1)
        assert not draining.done()
        await until(draining.done, passing=1.0)
        store.down = False
        await until(lambda: desk.runs.now(run.id) is None, passing=1.0)


async def test_draining_without_a_run_ends_at_once() -> None:
    async with open_desk() as desk:
        await asyncio.wait_for(desk.runs.drain(60), 5)
