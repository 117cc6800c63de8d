"""The model's life as the page sees it: its stages, waiting for it, and what is told when it fails."""

import asyncio
import logging

import pytest

from assistant.conversation import MessageStatus
from assistant.engine import Engine, EngineStage, EngineState, LoadedModel, Report
from assistant.errors.app import PromptError
from assistant.errors.engine import EngineLoadError, EngineProtocolError, EngineUnavailableError
from assistant.errors.root import AssistantError
from assistant.model_transfer import Amount
from assistant.prompt_choice import SUITED_PROMPT
from tests.fakes.desk import TEMPLATE, open_desk
from tests.fakes.scripted_model import CARD, ScriptedLoader, ScriptedModel


class StagedLoader(ScriptedLoader):
    """Halts in every stage until it is let on; fails in the stage that a test names."""

    def __init__(self, *, fail_in: EngineStage | None = None, failure: Exception | None = None) -> None:
        super().__init__(ScriptedModel())
        self.loads = 0
        self._fail_in = fail_in
        self._failure = failure
        self._halted = asyncio.Event()
        self._go = asyncio.Event()

    async def load(self, report: Report) -> LoadedModel:
        self.loads += 1
        for stage, fraction in (
            (EngineStage.FETCHING, 0.25),
            (EngineStage.FETCHING, 0.75),
            (EngineStage.LOADING, None),
        ):
            report(stage, fraction)
            await self._halt(stage)
        return await super().load(report)

    async def warm(self, prefix: str) -> None:
        await self._halt(EngineStage.WARMING)
        await super().warm(prefix)

    async def halted(self) -> None:
        await asyncio.wait_for(self._halted.wait(), 5)
        self._halted.clear()

    def recover(self) -> None:
        self._failure = None

    def let_on(self) -> None:
        self._go.set()

    async def _halt(self, stage: EngineStage) -> None:
        if stage is self._fail_in and self._failure is not None:
            raise self._failure
        self._halted.set()
        await self._go.wait()
        self._go.clear()


class ReportingLoader(ScriptedLoader):
    """Lets a test report what an engine would, once it is ready."""

    def __init__(self) -> None:
        super().__init__(ScriptedModel())
        self.report: Report

    async def load(self, report: Report) -> LoadedModel:
        self.report = report
        return await super().load(report)


async def failed_engine(failure: Exception, stage: EngineStage = EngineStage.FETCHING) -> Engine:
    engine = Engine(StagedLoader(fail_in=stage, failure=failure), lambda card: TEMPLATE)
    await asyncio.wait([engine.start()])
    return engine


async def test_every_stage_is_told_with_its_progress_until_the_model_is_ready() -> None:
    loader = StagedLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    states = [engine.state]
    engine.start()
    for _ in range(4):
        await loader.halted()
        states.append(engine.state)
        assert engine.if_ready is None
        loader.let_on()
    await engine.ready()
    states.append(engine.state)
    assert states == [
        EngineState(EngineStage.STARTING),
        EngineState(EngineStage.FETCHING, 0.25),
        EngineState(EngineStage.FETCHING, 0.75),
        EngineState(EngineStage.LOADING),
        EngineState(EngineStage.WARMING),
        EngineState(EngineStage.READY),
    ]
    await engine.close()


async def test_bytes_are_told_with_their_size_and_the_next_stage_begins_anew() -> None:
    loader = ReportingLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    await engine.ready()
    loader.report(EngineStage.FETCHING, Amount(200, 50))
    assert engine.state == EngineState(EngineStage.FETCHING, 0.25, size=200)
    loader.report(EngineStage.LOADING, Amount(200))
    assert engine.state == EngineState(EngineStage.LOADING, size=200)
    await engine.close()


async def test_the_log_tells_of_each_tenth_of_a_stage_once(caplog: pytest.LogCaptureFixture) -> None:
    loader = ReportingLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    await engine.ready()
    caplog.set_level(logging.INFO, "assistant.engine")
    for done in range(0, 200_000_001, 1_000_000):
        loader.report(EngineStage.FETCHING, Amount(200_000_000, done))
    for part in range(5):
        loader.report(EngineStage.LOADING, part / 5)
    loader.report(EngineStage.LOADING, None)
    fetching = [f"engine: fetching, {percent} % of 200 MB" for percent in range(10, 101, 10)]
    loading = [f"engine: loading, {percent} %" for percent in (20, 40, 60, 80)]
    assert caplog.messages == ["engine: fetching", *fetching, "engine: loading", *loading]
    await engine.close()


async def test_a_ready_engine_has_read_the_prefix_and_gives_model_and_assembler_without_waiting() -> None:
    loader = ScriptedLoader(ScriptedModel())
    engine = Engine(loader, lambda card: TEMPLATE)
    ready = await engine.ready()
    assert loader.warmed == [TEMPLATE.prefix]
    assert engine.if_ready is ready
    assert (ready.model.language_model, ready.model.revision) == (loader.model, "r1")
    assert ready.prompts.assembler(SUITED_PROMPT).count("12345") == 5
    await engine.close()


async def test_the_model_can_be_named_before_it_is_loaded() -> None:
    assert Engine(StagedLoader(), lambda card: TEMPLATE).card is CARD


async def test_however_often_it_is_started_the_model_is_loaded_once() -> None:
    loader = StagedLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    assert engine.start() is engine.start()
    waiting = [asyncio.create_task(engine.ready()) for _ in range(3)]
    for _ in range(4):
        await loader.halted()
        loader.let_on()
    assert len({id(ready) for ready in await asyncio.gather(*waiting)}) == 1
    assert loader.loads == 1
    await engine.close()


async def test_one_that_gives_up_waiting_does_not_end_the_load_for_the_others() -> None:
    loader = StagedLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    impatient, patient = (asyncio.create_task(engine.ready()) for _ in range(2))
    await loader.halted()
    impatient.cancel()
    await asyncio.wait([impatient])
    loader.let_on()
    for _ in range(3):
        await loader.halted()
        loader.let_on()
    assert await patient is engine.if_ready
    await engine.close()


@pytest.mark.parametrize("stage", [EngineStage.FETCHING, EngineStage.LOADING, EngineStage.WARMING])
@pytest.mark.parametrize(
    "failure", [EngineLoadError(model="m", fault="no such file"), EngineProtocolError(fault="no protocol")]
)
async def test_a_failure_is_told_as_what_it_is_to_everybody_who_asks(
    failure: AssistantError, stage: EngineStage
) -> None:
    loader = StagedLoader(fail_in=stage, failure=failure)
    engine = Engine(loader, lambda card: TEMPLATE)
    engine.start()
    for _ in range({EngineStage.FETCHING: 0, EngineStage.LOADING: 2, EngineStage.WARMING: 3}[stage]):
        await loader.halted()
        loader.let_on()
    for _ in range(2):
        with pytest.raises(type(failure)) as told:
            await engine.ready()
        assert told.value is failure
    assert engine.state == EngineState(EngineStage.FAILED, error=failure)
    assert engine.if_ready is None
    await engine.close()


async def test_a_server_that_does_not_answer_yet_is_tried_again_until_it_does() -> None:
    loader = StagedLoader(fail_in=EngineStage.FETCHING, failure=EngineUnavailableError(fault="refused"))
    engine = Engine(loader, lambda card: TEMPLATE, retry_seconds=0.0)
    waiting = asyncio.create_task(engine.ready())
    while engine.state.stage is not EngineStage.UNREACHABLE:
        await asyncio.sleep(0)
    assert engine.state.error is not None
    loader.recover()
    for _ in range(4):
        await loader.halted()
        loader.let_on()
    assert await waiting is engine.if_ready
    await engine.close()


async def test_an_engine_that_stops_working_is_told_as_failed() -> None:
    loader = ReportingLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    await engine.ready()
    loader.report(EngineStage.FAILED, None)
    assert engine.state.stage is EngineStage.FAILED
    assert isinstance(engine.state.error, EngineLoadError)
    await engine.close()


async def test_an_unforeseen_failure_is_a_load_that_failed_with_model_and_fault() -> None:
    engine = await failed_engine(ZeroDivisionError("no layers"))
    with pytest.raises(EngineLoadError) as told:
        await engine.ready()
    assert told.value.facts == {"model": CARD.name, "fault": "ZeroDivisionError"}
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    assert engine.state.error is told.value
    await engine.close()


async def test_a_prompt_that_the_window_cannot_hold_is_told_as_such() -> None:
    engine = Engine(ScriptedLoader(ScriptedModel(), window=10), lambda card: TEMPLATE)
    with pytest.raises(PromptError):
        await engine.ready()
    assert engine.state.stage is EngineStage.FAILED
    await engine.close()


async def test_closing_ends_a_load_and_lets_go_of_everything() -> None:
    loader = StagedLoader()
    engine = Engine(loader, lambda card: TEMPLATE)
    waiting = asyncio.create_task(engine.ready())
    await loader.halted()
    await engine.close()
    await asyncio.wait([waiting], timeout=60)
    assert waiting.cancelled()
    assert loader.closed
    assert engine.if_ready is None


async def test_an_engine_that_never_started_can_be_closed() -> None:
    loader = StagedLoader()
    await Engine(loader, lambda card: TEMPLATE).close()
    assert (loader.closed, loader.loads) == (True, 0)


async def test_an_answer_that_waits_for_the_model_is_interrupted_when_the_engine_closes() -> None:
    loader = StagedLoader()
    async with open_desk(model=loader.model, loader=loader) as desk:
        run = await desk.ask("Early?")
        await loader.halted()
        await desk.engine.close()
        assert (await desk.end_of(run)).status is MessageStatus.INTERRUPTED
