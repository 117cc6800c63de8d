"""Two processes on one store: one makes the answer, the other shows it, stops it, ends it when its maker is dead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from assistant.conversation import Message, MessageStatus, Run
from assistant.errors.app import StorageError
from assistant.generation.deadlines import Deadlines
from assistant.heartbeat import Heartbeat
from assistant.run_update import RunStage, RunUpdate
from tests.contract.samples import first_turn
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import HOLD
from tests.fakes.stepped_loop import on_stepped_time, until


class SharedStore(MemoryConversationStore):
    """Counts looks, and is away while a test wants it to be."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.looks = 0
        self.refused = 0

    def beat(self, run_ids: object, now: datetime) -> set[str]:
        self._refuse_if_away()
        return super().beat(run_ids, now)  # type: ignore[arg-type]  # only passed on

    def unfinished_runs(self) -> dict[str, datetime]:
        self._refuse_if_away()
        self.looks += 1
        return super().unfinished_runs()

    def answer(self, owner_id: str, run_id: str) -> Message:
        self._refuse_if_away()
        return super().answer(owner_id, run_id)

    def _refuse_if_away(self) -> None:
        if self.away:
            self.refused += 1
            raise StorageError(fault="it cannot be reached")


@asynccontextmanager
async def process(store: SharedStore, name: str) -> AsyncIterator[Desk]:
    patient = Deadlines(first_token=1e6, next_token=1e6, answer=1e6)
    parts = {"store": store, "process_id": name, "checkpoint_seconds": 0.5, "deadlines": patient}
    async with open_desk(**parts) as desk, beating(desk):
        yield desk


@asynccontextmanager
async def beating(desk: Desk) -> AsyncIterator[Heartbeat]:
    heartbeat = Heartbeat(desk.runs, desk.store, clock=desk.clock, lost_after=10.0)
    heartbeat.start()
    yield heartbeat
    await heartbeat.close()


async def held_run(desk: Desk, *before: str, after: str = " the end.") -> Run:
    desk.model.will_say(*before, HOLD, after)
    run = await desk.ask("Long?")
    await desk.model.held()
    return run


async def looks(store: SharedStore, number: int) -> None:
    """Until so many more looks at the store were taken."""
    enough = store.looks + number
    await until(lambda: store.looks >= enough, passing=0.1)


def status(store: SharedStore, run: Run) -> MessageStatus:
    return store.run(ANN, run.id).status


@on_stepped_time
async def test_an_answer_that_another_process_makes_is_shown_as_it_grows_and_ends() -> None:
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other") as other:
        run = await held_run(one, " So far")
        shown: list[RunUpdate] = []

        async def watch() -> None:
            async for update in other.service.watch(ANN, run.id):
                shown.append(update)

        watching = asyncio.create_task(watch())
        await until(lambda: bool(shown) and shown[-1].text == "So far", passing=0.1)
        assert (shown[-1].stage, shown[-1].status) == (RunStage.ANSWERING, MessageStatus.STREAMING)
        one.model.release()
        await until(watching.done, passing=0.1)
        assert (shown[-1].stage, shown[-1].text) == (RunStage.ENDED, "So far the end.")
        assert shown[-1].provenance is not None
        texts = [(update.stage, update.text) for update in shown]
        assert len(set(texts)) == len(texts)


class AtOnce(ThreadPoolExecutor):
    """Work for threads takes no time at all: what passes on the clock was waited for."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*args, **named))
        return done


@on_stepped_time
async def test_what_another_process_writes_is_shown_within_a_second() -> None:
    asyncio.get_running_loop().set_default_executor(AtOnce())
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other") as other:
        run = await held_run(one, " So far")
        watching = other.service.watch(ANN, run.id)
        assert (await anext(watching)).text == ""
        shown = asyncio.create_task(anext(watching))
        clock = asyncio.get_running_loop().time
        written = clock()
        await until(shown.done, passing=0.01)
        assert shown.result().text == "So far"
        assert clock() - written < 1.0


@on_stepped_time
async def test_an_answer_that_another_process_makes_can_be_stopped() -> None:
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other") as other:
        run = await held_run(one, " So far")
        stopping = asyncio.create_task(other.service.stop(ANN, run.conversation_id))
        await until(stopping.done, passing=0.1)
        assert (status(store, run), store.answer(ANN, run.id).text) == (MessageStatus.STOPPED, "So far")
        assert one.model.closed == 1


@on_stepped_time
async def test_whoever_stops_what_nobody_makes_is_not_kept_waiting_for_ever() -> None:
    store = SharedStore()
    store.begin_turn(first_turn(process_id="dead"))
    async with open_desk(store=store) as desk:
        stopping = asyncio.create_task(desk.runs.stop("r1"))
        await until(stopping.done, passing=0.4)
        assert store.run(ANN, "r1").status is MessageStatus.STREAMING


@on_stepped_time
async def test_an_answer_whose_maker_gives_no_sign_of_life_is_interrupted_with_its_text() -> None:
    store = SharedStore()
    store.begin_turn(first_turn(process_id="dead"))
    store.checkpoint("r1", "So far", first_turn().now)
    async with process(store, "other") as other:
        last = asyncio.create_task(last_of(other.service.watch(ANN, "r1")))
        await looks(store, 9)
        assert store.run(ANN, "r1").status is MessageStatus.STREAMING
        await until(last.done, passing=0.1)
        end = last.result()
        assert (end.stage, end.status, end.text) == (RunStage.ENDED, MessageStatus.INTERRUPTED, "So far")


@on_stepped_time
async def test_an_answer_that_says_nothing_for_long_is_not_lost_while_its_maker_lives() -> None:
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other"):
        run = await held_run(one, " So far")
        await looks(store, 80)
        assert status(store, run) is MessageStatus.STREAMING


@on_stepped_time
async def test_a_clock_that_is_wrong_costs_nobody_an_answer() -> None:
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other") as other:
        other.clock.now += timedelta(days=400)
        run = await held_run(one, " So far")
        await looks(store, 80)
        assert status(store, run) is MessageStatus.STREAMING


@on_stepped_time
async def test_a_database_that_was_away_costs_nobody_an_answer() -> None:
    """When it is back, whoever makes an answer has as long as ever to say so."""
    store = SharedStore()
    store.begin_turn(first_turn(process_id="back later"))
    async with process(store, "other"):
        for _ in range(3):
            await looks(store, 8)
            store.away = True
            await until(lambda so_often=store.refused + 1: store.refused == so_often, passing=0.1)
            store.away = False
        assert store.run(ANN, "r1").status is MessageStatus.STREAMING


@on_stepped_time
async def test_a_watcher_elsewhere_is_told_that_storage_is_away_and_goes_on_when_it_is_back() -> None:
    store = SharedStore()
    async with process(store, "one") as one, process(store, "other") as other:
        run = await held_run(one, " So far")
        watching = other.service.watch(ANN, run.id)
        first = await anext(watching)
        store.away = True
        told = asyncio.create_task(anext(watching))
        await until(told.done, passing=0.1)
        error = told.result().error
        assert error is not None
        assert (error.code, told.result().stage) == ("storage", first.stage)
        store.away = False
        one.model.release()
        last = asyncio.create_task(last_of(watching))
        await until(last.done, passing=0.1)
        assert (last.result().stage, last.result().text) == (RunStage.ENDED, "So far the end.")


@on_stepped_time
async def test_a_run_that_its_own_process_knows_nothing_of_is_ended_too() -> None:
    """Its database went away in the moment of saying yes."""
    store = SharedStore()
    async with process(store, "one"):
        store.begin_turn(first_turn(process_id="one"))
        await until(lambda: store.run(ANN, "r1").status is MessageStatus.INTERRUPTED, passing=0.1)


@on_stepped_time
async def test_an_answer_that_was_taken_for_lost_is_shown_as_it_was_kept() -> None:
    store = SharedStore()
    async with process(store, "one") as one:
        run = await held_run(one, " So far")
        await until(lambda: store.answer(ANN, run.id).text == "So far", passing=0.1)
        store.interrupt_lost_runs("other", one.clock())
        one.model.release()
        end = asyncio.create_task(last_of(one.service.watch(ANN, run.id)))
        await until(end.done, passing=0.1)
        assert (end.result().status, end.result().text) == (MessageStatus.INTERRUPTED, "So far")


async def last_of(watching: AsyncIterator[RunUpdate]) -> RunUpdate:
    return [update async for update in watching][-1]
