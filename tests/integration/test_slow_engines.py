"""Engines that take their time or fall silent, by a clock that stands still until a test moves it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.patience import USUAL_PATIENCE, Patience
from assistant.conversation import MessageStatus, Run
from assistant.errors.engine import EngineUnavailableError
from assistant.generation.deadlines import Deadlines, due_within
from assistant.run_update import RunUpdate
from tests.engine_servers import PROTOCOLS, Protocol, Server
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.engine_script import Fault, Reading
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.stepped_loop import on_stepped_time, pass_time, until

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
ASKED_FOR_COUNTS = [protocol for protocol in PROTOCOLS if protocol.name != "messages"]
"""Of messages the tokens are estimated."""


@asynccontextmanager
async def desk_before(
    protocol: Protocol, servers: int = 1, patience: Patience = USUAL_PATIENCE
) -> AsyncIterator[tuple[Desk, list[Server]]]:
    deadlines = Deadlines(first_token=patience.first_token, next_token=patience.next_token)
    async with AsyncExitStack() as stack:
        made = [await stack.enter_async_context(protocol.server()) for _ in range(servers)]
        loader = protocol.load(*made, patience=patience)
        desk = await stack.enter_async_context(open_desk(loader=loader, deadlines=deadlines))
        await desk.engine.ready()
        yield desk, made


async def begun(desk: Desk, run: Run) -> None:
    """Until a word of the answer is there."""
    await until(lambda: bool((update := desk.runs.now(run.id)) and update.text))


async def end_of(desk: Desk, run: Run, seconds: float = 0.0) -> RunUpdate:
    """After so many seconds, and none more."""
    ending = asyncio.create_task(_end(desk, run))
    for _ in range(int(2 * seconds)):
        await pass_time(0.5)
    await until(ending.done)
    return ending.result()


async def _end(desk: Desk, run: Run) -> RunUpdate:
    return [update async for update in desk.service.watch(run.owner_id, run.id)][-1]


async def answered(desk: Desk, question: str, conversation_id: str | None = None) -> RunUpdate:
    return await end_of(desk, await desk.ask(question, conversation_id))


def asked_for_answers(server: Server) -> int:
    return sum(bool(request.body.get("stream")) for request in server.requests)


def by_use(servers: list[Server]) -> list[Server]:
    return sorted(servers, key=asked_for_answers, reverse=True)


@each_protocol
@on_stepped_time
async def test_a_word_every_twenty_seconds_is_an_answer(protocol: Protocol) -> None:
    async with desk_before(protocol) as (desk, [server]):
        server.will_answer(*(f" {number}" for number in range(8)), pace=20)
        run = await desk.ask("Slowly?")
        ending = asyncio.create_task(_end(desk, run))
        began = asyncio.get_running_loop().time()
        await until(ending.done, passing=0.5)
        assert (ending.result().status, ending.result().text) == (MessageStatus.COMPLETE, "0 1 2 3 4 5 6 7")
        assert asyncio.get_running_loop().time() - began >= 160


@each_protocol
@on_stepped_time
async def test_a_pause_may_be_longer_than_a_first_word_may_take(protocol: Protocol) -> None:
    async with desk_before(protocol, patience=Patience(first_token=10, next_token=60)) as (desk, [server]):
        server.will_answer(" One", protocol.hold, " two")
        run = await desk.ask("Soon?")
        await begun(desk, run)
        await pass_time(50)
        server.release()
        assert (await end_of(desk, run)).text == "One two"


@each_protocol
@on_stepped_time
async def test_an_engine_that_says_nothing_is_given_up_when_a_first_word_is_due(protocol: Protocol) -> None:
    async with desk_before(protocol, patience=Patience(first_token=60, next_token=20)) as (desk, [server]):
        server.will_answer(fault=protocol.fault("SILENT"))
        run = await desk.ask("Well?")
        await server.held()
        server.silent = True
        end = await end_of(desk, run, 60)
        assert end.error
        assert (end.status, end.error.facts) == (MessageStatus.FAILED, {"waited_for": "first word", "seconds": 60})


@each_protocol
@on_stepped_time
async def test_an_engine_that_falls_silent_is_given_up_when_the_next_word_is_due(protocol: Protocol) -> None:
    async with desk_before(protocol, patience=Patience(first_token=60, next_token=20)) as (desk, [server]):
        server.will_answer(" One", protocol.hold)
        run = await desk.ask("Well?")
        await begun(desk, run)
        end = await end_of(desk, run, 20)
        assert end.error
        assert (end.status, end.text) == (MessageStatus.INTERRUPTED, "One")
        assert end.error.facts == {"waited_for": "next word", "seconds": 20}


@pytest.mark.parametrize("said", [(), (" So far",)], ids=["before a word", "after one"])
@pytest.mark.parametrize("servers", [1, 2])
@each_protocol
@on_stepped_time
async def test_a_stop_reaches_the_engine_without_waiting_for_anything(
    protocol: Protocol, servers: int, said: tuple[str, ...]
) -> None:
    async with desk_before(protocol, servers) as (desk, made):
        for server in made:
            server.will_answer(*said, protocol.hold)
            server.requests.clear()
        run = await desk.ask("Well?")
        while not (asked := [server for server in made if asked_for_answers(server)]):
            await asyncio.sleep(0)
        await asked[0].held()
        stopping = asyncio.create_task(desk.service.stop(ANN, run.conversation_id))
        # The clock stands still.
        await asked[0].client_left()
        await until(stopping.done, passing=0.5)


@each_protocol
@on_stepped_time
async def test_a_stop_ends_the_run_and_keeps_the_text_though_the_engine_says_nothing_any_more(
    protocol: Protocol,
) -> None:
    async with desk_before(protocol) as (desk, [server]):
        server.will_answer(" So far", protocol.hold)
        run = await desk.ask("Well?")
        await begun(desk, run)
        server.silent = True
        stopping = asyncio.create_task(desk.service.stop(ANN, run.conversation_id))
        await server.client_left()
        end = await end_of(desk, run, 2)
        await stopping
        assert (end.status, end.text) == (MessageStatus.STOPPED, "So far")
        assert end.provenance
        # Of messages the tokens are estimated here.
        assert end.provenance.completion_tokens in (None, len("So far"))


@pytest.mark.parametrize("servers", [1, 2])
@pytest.mark.parametrize("protocol", ASKED_FOR_COUNTS, ids=lambda protocol: protocol.name)
async def test_a_count_of_tokens_ends_when_nobody_waits_for_it_any_more(protocol: Protocol, servers: int) -> None:
    async with desk_before(protocol, servers) as (desk, made):
        model = (await desk.engine.ready()).model.language_model
        for server in made:
            server.silent = True
            server.requests.clear()
        with due_within(0.05), pytest.raises(EngineUnavailableError):
            async with asyncio.timeout(5):
                await asyncio.to_thread(model.get_num_tokens, "So far")
        # The time was for all of them together, and tells nothing of how they are.
        assert [len(server.requests) for server in made] == [1, 0][:servers]
        for server in made:
            server.silent = False
        assert await asyncio.to_thread(model.get_num_tokens, "So far") == len("So far")
        assert [len(server.requests) for server in made] == [2, 0][:servers]


@each_protocol
@on_stepped_time
async def test_a_conversation_moves_from_a_server_that_hangs(protocol: Protocol) -> None:
    async with desk_before(protocol, servers=2, patience=Patience(first_token=60, next_token=20)) as (desk, servers):
        conversation = (run := await desk.ask("One?")).conversation_id
        await end_of(desk, run)
        home, other = by_use(servers)
        home.will_answer(fault=protocol.fault("SILENT"))
        other.will_answer(" From elsewhere.")
        run = await desk.ask("Two?", conversation)
        await home.held()
        asked = asked_for_answers(home)
        assert (await end_of(desk, run, 59)).text == "From elsewhere."
        await home.client_left()
        # And stays there: it is known which one hangs.
        other.will_answer(" Again.")
        assert (await answered(desk, "Three?", conversation)).text == "Again."
        assert asked_for_answers(home) == asked


@each_protocol
@on_stepped_time
async def test_a_server_that_hangs_in_the_middle_of_an_answer_gets_no_more_questions(protocol: Protocol) -> None:
    async with desk_before(protocol, servers=2, patience=Patience(first_token=60, next_token=20)) as (desk, servers):
        conversation = (run := await desk.ask("One?")).conversation_id
        await end_of(desk, run)
        home, other = by_use(servers)
        home.will_answer(" So far", protocol.hold)
        run = await desk.ask("Two?", conversation)
        await begun(desk, run)
        end = await end_of(desk, run, 20)
        assert (end.status, end.text) == (MessageStatus.INTERRUPTED, "So far")
        other.will_answer(" From elsewhere.")
        assert (await answered(desk, "Three?", conversation)).text == "From elsewhere."


@on_stepped_time
async def test_reading_a_long_prefix_may_take_as_long_as_it_does_while_the_engine_tells_how_far_it_is() -> None:
    async with FakeEngine() as engine:
        model = OpenAICompletions(base_url=engine.url, silence_seconds=120)
        engine.will_read(*(Reading(total=400, cache=0, processed=100 * part) for part in range(5)), pace=100)
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
        engine.will_read(Reading(total=400, cache=0, processed=0), pace=100, fault=Fault.ENDLESS)
        reading = asyncio.create_task(model.read("A dialogue."))
        await until(reading.done, passing=50)
        assert "timed out" in str(reading.exception())
        await model.aclose()
        await engine.client_left()
