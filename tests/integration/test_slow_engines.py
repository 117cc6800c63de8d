"""Engines that take their time, by a clock that stands still until a test moves it."""

import asyncio

from assistant.backends.openai_protocol.completions import OpenAICompletions
from tests.fakes.fake_engine import FakeEngine, Fault, Reading
from tests.fakes.stepped_loop import on_stepped_time, until


@on_stepped_time
async def test_reading_a_long_prefix_may_take_as_long_as_it_does_while_the_engine_tells_how_far_it_is() -> None:
    async with FakeEngine() as engine:
        model = OpenAICompletions(base_url=engine.url, silence_seconds=120)
        engine.will_answer(*(Reading(total=400, cache=0, processed=100 * part) for part in range(5)), pace=100)
        began = asyncio.get_running_loop().time()
        reading = asyncio.create_task(model.read("A dialogue."))
        await until(reading.done, passing=5)
        await reading
        assert asyncio.get_running_loop().time() - began >= 400
        await model.aclose()


@on_stepped_time
async def test_reading_a_prefix_ends_where_the_engine_only_keeps_the_connection_alive() -> None:
    async with FakeEngine() as engine:
        model = OpenAICompletions(base_url=engine.url, silence_seconds=120)
        engine.will_answer(Reading(total=400, cache=0, processed=0), pace=100, fault=Fault.ENDLESS)
        reading = asyncio.create_task(model.read("A dialogue."))
        await until(reading.done, passing=50)
        assert "timed out" in str(reading.exception())
        await model.aclose()
        await engine.client_left()
