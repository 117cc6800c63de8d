"""Runs: text kept while it streams, storage that fails, ends that come from elsewhere, watchers of every kind."""

import asyncio
import threading
from datetime import datetime

from assistant.conversation import MessageStatus
from assistant.run_update import RunStage
from tests.fakes.desk import open_desk
from tests.fakes.failing_store import FailingStore
from tests.fakes.held_run import all_of, answer, held_run, now
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until


@on_stepped_time
async def test_text_is_kept_once_an_interval_and_only_when_there_is_more() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " One", " two")
        await pass_time(0.9)
        assert store.checkpoints == []
        await pass_time(0.1)
        await until(lambda: store.checkpoints == ["One two"])
        for _ in range(5):
            await pass_time(1.0)
        desk.model.release()
        assert (await desk.end_of(run)).text == "One two the end."
        assert store.checkpoints == ["One two"]


class SlowStore(FailingStore):
    """The first text that it is given takes it until `let_go`, and then fails."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.let_go = threading.Event()

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        self.asked += 1
        if self.asked == 1:
            self.let_go.wait(5)
            self.down = True
        try:
            return super().checkpoint(run_id, text, now)
        finally:
            self.down = False


@on_stepped_time
async def test_storage_that_takes_its_time_does_not_make_the_next_text_later() -> None:
    store = SlowStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " One")
        await pass_time(1.0)
        await until(lambda: store.asked == 1)
        await pass_time(0.9)
        store.let_go.set()
        await until(lambda: now(desk, run).error is not None)
        await pass_time(0.1)
        await until(lambda: store.checkpoints == ["One"])


async def test_whoever_watches_sees_how_far_the_prompt_is_read() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, 0.25)
        update = now(desk, run)
        assert (update.stage, update.read, update.text) == (RunStage.READING, 0.25, "")
        desk.model.release()
        assert (await desk.end_of(run)).text == "the end."


@on_stepped_time
async def test_nothing_is_kept_before_the_first_word() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, after=" Word.")
        for _ in range(3):
            await pass_time(1.0)
        desk.model.release()
        await desk.end_of(run)
        assert store.checkpoints == []


@on_stepped_time
async def test_while_storage_fails_watchers_see_the_text_and_what_is_wrong() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " So far")
        watching = desk.runs.watch(run.id)
        assert (await anext(watching)).error is None
        store.down = True
        await pass_time(1.0)
        told = await anext(watching)
        assert told.error is not None
        assert (told.text, told.stage, told.error.code) == ("So far", RunStage.ANSWERING, "storage")
        store.down = False
        await pass_time(1.0)
        assert (await anext(watching)).error is None
        assert answer(desk, run).text == "So far"


@on_stepped_time
async def test_an_answer_that_ends_while_storage_fails_is_stored_when_it_is_back() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " Begin and")
        store.down = True
        desk.model.release()
        await until(lambda: now(desk, run).stage is RunStage.SAVING)
        shown = now(desk, run)
        assert shown.error is not None
        assert (shown.text, shown.status, shown.error.code) == (
            "Begin and the end.",
            MessageStatus.STREAMING,
            "storage",
        )
        seen = asyncio.create_task(all_of(desk.runs.watch(run.id)))
        await until(lambda: store.refused == 3, passing=1.0)
        assert answer(desk, run).status is MessageStatus.STREAMING
        store.down = False
        await until(seen.done, passing=1.0)
        end = seen.result()[-1]
        assert (end.stage, end.status, end.error) == (RunStage.ENDED, MessageStatus.COMPLETE, None)
        assert (answer(desk, run).text, answer(desk, run).status) == ("Begin and the end.", MessageStatus.COMPLETE)


@on_stepped_time
async def test_a_stop_while_storage_fails_is_kept_as_a_stop() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " So far")
        store.down = True
        stopping = asyncio.create_task(desk.runs.stop(run.id))
        await until(lambda: store.refused == 2, passing=1.0)
        store.down = False
        await until(stopping.done, passing=1.0)
        assert (answer(desk, run).text, answer(desk, run).status) == ("So far", MessageStatus.STOPPED)


@on_stepped_time
async def test_a_run_that_was_ended_elsewhere_is_cut_short_and_overwrites_nothing() -> None:
    store = FailingStore()
    async with open_desk(store=store, checkpoint_seconds=1.0) as desk:
        run = await held_run(desk, " So far")
        store.interrupt_lost_runs("another process", desk.clock())
        await pass_time(1.0)
        end = await desk.end_of(run)
        assert end.status is MessageStatus.INTERRUPTED
        assert desk.model.closed == 1
        assert (answer(desk, run).text, answer(desk, run).status) == ("", MessageStatus.INTERRUPTED)


async def test_a_slow_watcher_misses_steps_but_no_text() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " Begin", " and", after=" then the end.")
        slow, quick = desk.runs.watch(run.id), desk.runs.watch(run.id)
        assert (await anext(slow)).text == (await anext(quick)).text == "Begin and"
        desk.model.release()
        assert (await all_of(quick))[-1].text == "Begin and then the end."
        assert [(u.stage, u.text) for u in await all_of(slow)] == [(RunStage.ENDED, "Begin and then the end.")]


async def test_what_follows_from_an_end_has_begun_when_those_who_watch_are_told() -> None:
    async with open_desk() as desk:
        ended: list[str] = []
        desk.runs.on_end = lambda run: ended.append(run.id)
        run = await held_run(desk, " Begin")
        desk.model.release()
        async for update in desk.runs.watch(run.id):
            assert ended == ([run.id] if update.stage is RunStage.ENDED else [])
        assert ended == [run.id]


@on_stepped_time
async def test_a_watcher_with_a_pace_waits_for_the_first_word_but_no_longer() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, after=" Word.")
        first = asyncio.create_task(anext(desk.runs.watch(run.id, 0.05)))
        quick = asyncio.create_task(anext(desk.runs.watch(run.id, 1.0)))
        await pass_time(0)
        await pass_time(0.04)
        assert not first.done()
        await pass_time(0.01)
        assert ((await first).stage, (await first).text) == (RunStage.READING, "")
        assert not quick.done()
        desk.model.release()
        assert (await quick).text == "Word."


async def test_of_an_unknown_run_there_is_nothing_to_see_or_stop() -> None:
    async with open_desk() as desk:
        assert await all_of(desk.runs.watch("never")) == []
        assert desk.runs.now("never") is None
        await desk.runs.stop("never")


async def test_a_run_that_ended_is_let_go() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await until(lambda: desk.runs.now(run.id) is None)
