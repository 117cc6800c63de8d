"""Runs: text kept while it streams, storage that fails, ends that come from elsewhere, watchers of every kind."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import PrivateAttr

from assistant.conversation import GenerationOptions, Message, MessageStatus, Run
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from assistant.run_update import RunStage, RunUpdate
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.failing_store import FailingStore
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until


async def held_run(desk: Desk, *before: object, after: str = " the end.") -> Run:
    """A run that has said what comes before, and says the rest once the model is released."""
    desk.model.will_say(*before, HOLD, after)
    run = await desk.ask("Long?")
    await desk.model.held()
    return run


def now(desk: Desk, run: Run) -> RunUpdate:
    update = desk.runs.now(run.id)
    assert update is not None
    return update


async def all_of(watching: AsyncIterator[RunUpdate]) -> list[RunUpdate]:
    return [update async for update in watching]


def answer(desk: Desk, run: Run) -> Message:
    return next(m for m in desk.store.messages(ANN, run.conversation_id) if m.id == run.answer_id)


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


async def test_a_slow_watcher_misses_steps_but_no_text() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " Begin", " and", after=" then the end.")
        slow, quick = desk.runs.watch(run.id), desk.runs.watch(run.id)
        assert (await anext(slow)).text == (await anext(quick)).text == "Begin and"
        desk.model.release()
        assert (await all_of(quick))[-1].text == "Begin and then the end."
        assert [(u.stage, u.text) for u in await all_of(slow)] == [(RunStage.ENDED, "Begin and then the end.")]


async def test_of_an_unknown_run_there_is_nothing_to_see_or_stop() -> None:
    async with open_desk() as desk:
        assert await all_of(desk.runs.watch("never")) == []
        assert desk.runs.now("never") is None
        await desk.runs.stop("never")


async def test_a_run_that_ended_is_let_go() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await until(lambda: desk.runs.now(run.id) is None)


async def test_a_stop_before_the_model_is_there_is_a_stop_without_text_or_origin() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, held=True)) as desk:
        run = await desk.ask("Early?")
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.text, kept.status, kept.provenance) == ("", MessageStatus.STOPPED, None)


async def test_an_answer_of_a_model_that_never_loaded_has_no_origin() -> None:
    model = ScriptedModel()
    loader = ScriptedLoader(model, error=EngineLoadError(model="m", fault="no such file"))
    async with open_desk(model=model, loader=loader) as desk:
        assert (await desk.end_of(await desk.ask("Anybody?"))).provenance is None


async def test_the_origin_names_how_a_run_was_cut_short_and_counts_what_was_written() -> None:
    async with open_desk() as desk:
        run = await held_run(desk, " Five!")
        await desk.service.stop(ANN, run.conversation_id)
        origin = answer(desk, run).provenance
        assert origin is not None
        assert (origin.finish_reason, origin.completion_tokens) == ("stopped", len("Five!"))
        assert origin.first_token_seconds is not None
        assert 0 <= origin.first_token_seconds <= origin.seconds


async def test_the_origin_of_a_failed_answer_has_no_time_of_a_first_word() -> None:
    async with open_desk() as desk:
        desk.model.will_say(EngineUnavailableError(fault="busy"))
        origin = (await desk.end_of(await desk.ask("Well?"))).provenance
        assert origin is not None
        assert (origin.finish_reason, origin.first_token_seconds) == ("failed", None)


async def test_the_origin_tells_how_many_turns_did_not_fit_and_the_room_that_was_used() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, window=400)) as desk:
        await desk.engine.ready()
        small = GenerationOptions(max_new_tokens=100)
        conversation_id = None
        for number in range(4):
            model.will_say(" " + "x" * 60)
            run = await desk.ask(f"Question {number}?", conversation_id, options=small)
            end = await desk.end_of(run)
            conversation_id = run.conversation_id
        assert end.provenance is not None
        assert end.provenance.turns_dropped > 0
        assert end.provenance.options.max_new_tokens == model.options[-1]["max_new_tokens"]


class Uncountable(ScriptedModel):
    """Loses the engine's own counter once it has begun to answer."""

    def get_token_ids(self, text: str) -> list[int]:
        if self.prompts:
            raise ConnectionError("gone")
        return super().get_token_ids(text)


async def test_an_answer_is_stored_when_its_tokens_cannot_be_counted() -> None:
    async with open_desk(model=Uncountable()) as desk:
        run = await held_run(desk, " So far")
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.text, kept.status) == ("So far", MessageStatus.STOPPED)
        assert kept.provenance is not None
        assert kept.provenance.completion_tokens is None


class Unresponsive(ScriptedModel):
    """Never counts anything again once it has begun to answer."""

    _let_go: threading.Event = PrivateAttr(default_factory=threading.Event)
    _counted: list[str] = PrivateAttr(default_factory=list)

    def get_token_ids(self, text: str) -> list[int]:
        if self.prompts:
            self._counted.append(text)
            self._let_go.wait(10)
        return super().get_token_ids(text)


@on_stepped_time
async def test_a_count_that_does_not_come_holds_an_answers_end_up_for_two_seconds_at_most() -> None:
    model = Unresponsive()
    async with open_desk(model=model) as desk:
        run = await held_run(desk, " So far")
        stopping = asyncio.create_task(desk.service.stop(ANN, run.conversation_id))
        await until(lambda: model._counted == ["So far"])
        await pass_time(2)
        await until(stopping.done)
        assert (answer(desk, run).text, answer(desk, run).status) == ("So far", MessageStatus.STOPPED)
        model._let_go.set()


async def test_an_answer_without_a_word_is_not_counted() -> None:
    model = Unresponsive()
    async with open_desk(model=model) as desk:
        run = await held_run(desk)
        await desk.service.stop(ANN, run.conversation_id)
        kept = answer(desk, run)
        assert (kept.status, model._counted) == (MessageStatus.STOPPED, [])
        assert kept.provenance
        assert kept.provenance.completion_tokens == 0


async def test_what_no_database_can_keep_is_replaced_in_what_is_shown_and_in_what_is_kept() -> None:
    async with open_desk() as desk:
        run = await desk.answered("Odd?", "a\0b\ud800c")
        assert answer(desk, run).text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
        assert (await desk.end_of(run)).text == answer(desk, run).text
