"""An engine may be slow, within limits: what happens at each, and what is tried once more."""

import asyncio
from collections.abc import AsyncIterator
from math import inf

import pytest
from pydantic import PrivateAttr

from assistant.conversation import MessageStatus
from assistant.errors.engine import EngineError, EngineTimeoutError, EngineUnavailableError
from assistant.generation.deadlines import Deadlines, due_within, seconds_left, within
from assistant.generation.retries import wait_before_retry
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.scripted_model import HOLD, ScriptedModel
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until

DEADLINES = Deadlines(first_token=10, next_token=3, answer=20)
REFUSED = EngineUnavailableError(fault="refused")


class Stream:
    """Gives a piece after each of these seconds; tells whether it was closed."""

    def __init__(self, *seconds: float) -> None:
        self._seconds = seconds
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[str]:
        try:
            for number, seconds in enumerate(self._seconds):
                await asyncio.sleep(seconds)
                yield str(number)
        finally:
            self.closed = True


async def heard(stream: Stream, deadlines: Deadlines = DEADLINES) -> list[str]:
    return [piece async for piece in within(deadlines, aiter(stream))]


async def ended(listening: asyncio.Task[list[str]], seconds: float) -> None:
    """Let the clock run that far, in small steps as a stream needs them."""
    for _ in range(int(seconds * 2)):
        await pass_time(0.5)
    assert listening.done()


@on_stepped_time
async def test_who_is_in_time_is_heard_to_the_end() -> None:
    listening = asyncio.create_task(heard(Stream(9, 2.5, 2.5)))
    await ended(listening, 15)
    assert listening.result() == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("seconds", "waited_for"),
    [((10.5,), "first word"), ((1, 3.5), "next word"), ((9, 2.5, 2.5, 2.5, 2.5, 2.5), "whole answer")],
)
def test_who_is_late_is_given_up_and_let_go(seconds: tuple[float, ...], waited_for: str) -> None:
    @on_stepped_time
    async def listen() -> None:
        stream = Stream(*seconds)
        listening = asyncio.create_task(heard(stream))
        await ended(listening, 25)
        error = listening.exception()
        assert isinstance(error, EngineTimeoutError)
        assert error.facts["waited_for"] == waited_for
        assert stream.closed

    listen()


@on_stepped_time
async def test_an_engine_that_goes_silent_leaves_an_interrupted_answer_with_its_text() -> None:
    async with open_desk(deadlines=DEADLINES) as desk:
        desk.model.will_say(" So far", HOLD)
        run = await desk.ask("Long?")
        await desk.model.held()
        await until(lambda: desk.runs.now(run.id) is None, passing=1.0)
        answer = (await desk.shown(run.conversation_id))[-1]
        assert (answer.text, answer.status) == ("So far", MessageStatus.INTERRUPTED)
        assert answer.error is not None
        assert answer.error.code == "engine_timeout"


async def asked(desk: Desk) -> tuple[str, MessageStatus]:
    run = await desk.ask("One?")
    await until(lambda: desk.runs.now(run.id) is None, passing=0.5)
    answer = (await desk.shown(run.conversation_id))[-1]
    return answer.text, answer.status


@on_stepped_time
async def test_an_engine_that_cannot_be_reached_is_asked_again_before_the_first_word() -> None:
    async with open_desk() as desk:
        for script in ((REFUSED,), (REFUSED,), (" Here.",)):
            desk.model.will_say(*script)
        assert await asked(desk) == ("Here.", MessageStatus.COMPLETE)


@on_stepped_time
async def test_it_is_asked_three_times_and_no_more() -> None:
    async with open_desk() as desk:
        for _ in range(4):
            desk.model.will_say(REFUSED)
        assert await asked(desk) == ("", MessageStatus.FAILED)
        assert len(desk.model.prompts) == 3


@on_stepped_time
async def test_after_the_first_word_it_is_never_asked_again() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" Half", REFUSED)
        assert await asked(desk) == ("Half", MessageStatus.INTERRUPTED)
        assert len(desk.model.prompts) == 1


@on_stepped_time
async def test_other_faults_are_not_tried_again() -> None:
    model = ScriptedModel()
    async with open_desk(model=model) as desk:
        model.will_say(EngineError(fault="answered 500"))
        assert await asked(desk) == ("", MessageStatus.FAILED)
        assert len(model.prompts) == 1


def test_the_engines_own_wish_for_time_is_respected_unless_it_is_too_long() -> None:
    assert wait_before_retry(EngineUnavailableError(fault="busy", retry_after=4), 1, jitter=0.0) == 4
    assert wait_before_retry(EngineUnavailableError(fault="busy", retry_after=60), 1) is None


def test_the_wait_grows_and_is_spread() -> None:
    assert wait_before_retry(REFUSED, 1, jitter=0.0) == 0.5
    assert wait_before_retry(REFUSED, 2, jitter=0.0) == 1.0
    assert wait_before_retry(REFUSED, 2, jitter=1.0) == 1.5
    assert wait_before_retry(REFUSED, 3) is None


class CountingModel(ScriptedModel):
    """Keeps how long each count might take."""

    _allowed: list[float] = PrivateAttr(default_factory=list)

    def get_num_tokens(self, text: str) -> int:
        self._allowed.append(seconds_left())
        return len(text)


async def test_what_a_stopped_answer_comes_to_is_counted_in_a_moment_or_not_at_all() -> None:
    model = CountingModel()
    async with open_desk(model=model) as desk:
        model.will_say(" So far", HOLD)
        run = await desk.ask("Long?")
        await model.held()
        before = len(model._allowed)
        await desk.service.stop(ANN, run.conversation_id)
        assert set(model._allowed[:before]) == {inf}
        [allowed] = model._allowed[before:]
        assert 0 < allowed <= 2


def test_the_earliest_of_several_deadlines_counts() -> None:
    assert seconds_left() == inf
    with due_within(1000), due_within(2000):
        assert seconds_left() <= 1000
    with due_within(0):
        assert seconds_left() == 0
    assert seconds_left() == inf
