"""What goes wrong with an engine's server, over every protocol, to the end: what is kept, and what the person reads."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.backends.patience import USUAL_PATIENCE
from assistant.conversation import MessageStatus
from assistant.errors.engine import EngineUnavailableError
from assistant.run_update import RunUpdate
from assistant.wording import Wording
from tests.engine_servers import KEY, PROTOCOLS, Protocol, Server
from tests.fakes.desk import ANN, Desk, open_desk
from tests.fakes.https_front import HttpsFront
from tests.fakes.stepped_loop import on_stepped_time, until
from tests.openai_servers import ignore

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
ASKED, SAID = "canary-asked", "canary-said"
FAILED, INTERRUPTED = MessageStatus.FAILED, MessageStatus.INTERRUPTED
NOT_REACHABLE = "The model is not reachable right now"
UNEXPECTED = "The model's engine answered with something unexpected"
REFUSED = "The model's server refused the request"
TRIES = 3
"""Before the first word, where the server cannot be reached."""


@asynccontextmanager
async def desk_before(protocol: Protocol) -> AsyncIterator[tuple[Desk, Server]]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(protocol.server())
        desk = await stack.enter_async_context(open_desk(loader=protocol.load(server)))
        await desk.engine.ready()
        yield desk, server


async def answered(desk: Desk) -> RunUpdate:
    """On stepped time: however often the engine is asked again."""
    run = await desk.ask(f"What of {ASKED}?")
    updates = asyncio.create_task(_updates(desk, run.owner_id, run.id))
    await until(updates.done, passing=0.25)
    end = updates.result()[-1]
    [kept] = [message for message in desk.store.messages(ANN, run.conversation_id) if message.id == run.answer_id]
    assert (kept.text, kept.status, kept.error) == (end.text, end.status, end.error)
    return end


async def _updates(desk: Desk, owner_id: str, run_id: str) -> list[RunUpdate]:
    return [update async for update in desk.service.watch(owner_id, run_id)]


@pytest.mark.parametrize(
    ("script", "tries", "status", "told"),
    [
        ({"status": 401}, 1, FAILED, "The model's server refused our key"),
        ({"status": 403}, 1, FAILED, "The model's server refused our key"),
        ({"status": 404}, 1, FAILED, f"{REFUSED} (answered 404)"),
        ({"status": 422}, 1, FAILED, f"{REFUSED} (answered 422)"),
        ({"status": 424}, 1, FAILED, "The model could not answer (answered 424)"),
        ({"status": 500}, 1, FAILED, "The model could not answer (answered 500)"),
        ({"status": 429}, TRIES, FAILED, f"{NOT_REACHABLE} (busy)."),
        (
            {"status": 429, "headers": {"Retry-After": "99"}},
            1,
            FAILED,
            f"{NOT_REACHABLE} (busy). Try again in 99 seconds.",
        ),
        (
            {"status": 503, "headers": {"Retry-After": "3"}},
            TRIES,
            FAILED,
            f"{NOT_REACHABLE} (busy). Try again in 3 seconds.",
        ),
        ({"status": 502}, TRIES, FAILED, f"{NOT_REACHABLE} (cannot be reached: a proxy answered 502)"),
        ({"fault": "DROPPED"}, TRIES, FAILED, f"{NOT_REACHABLE} (connection lost)"),
        ({"fault": "HTML"}, 1, FAILED, UNEXPECTED),
        ({"event": "{no JSON"}, 1, FAILED, UNEXPECTED),
        ({"fault": "CUT", "pieces": f" {SAID}"}, 1, INTERRUPTED, f"{NOT_REACHABLE} (connection lost)"),
        ({"fault": "UNFINISHED", "pieces": f" {SAID}"}, 1, INTERRUPTED, UNEXPECTED),
        ({"event": "{no JSON", "pieces": f" {SAID}"}, 1, INTERRUPTED, UNEXPECTED),
    ],
    ids=str,
)
@each_protocol
@on_stepped_time
async def test_each_fault_ends_the_answer_as_what_it_is_and_is_told_in_words(
    protocol: Protocol, script: dict[str, Any], tries: int, status: MessageStatus, told: str
) -> None:
    script = dict(script)
    pieces = (script.pop("pieces"),) if "pieces" in script else ()
    if "fault" in script:
        script["fault"] = protocol.fault(script["fault"])
    async with desk_before(protocol) as (desk, server):
        for _ in range(tries):
            server.will_answer(*pieces, **script)
        end = await answered(desk)
        assert end.error
        sentence = Wording().error(end.error)
        assert (end.status, end.text) == (status, SAID if pieces else "")
        assert sentence.startswith(told)
        assert not [secret for secret in (KEY, ASKED, SAID, server.url) if secret in f"{sentence} {end.error}"]
        # Nothing is left of it.
        assert (await answered(desk)).status is MessageStatus.COMPLETE


@each_protocol
@on_stepped_time
async def test_a_server_that_goes_away_and_comes_back_answers_again(protocol: Protocol) -> None:
    async with desk_before(protocol) as (desk, server):
        # As long as its question can be prepared: the server counts the tokens.
        run = await desk.ask("One?")
        await until(lambda: desk.runs.now(run.id) is None, passing=0.25)
        await server.stop()
        with pytest.raises(EngineUnavailableError):
            await answered(desk)
        await server.start()
        assert (await answered(desk)).status is MessageStatus.COMPLETE


@each_protocol
async def test_a_server_whose_name_nobody_knows_is_told_as_such(protocol: Protocol) -> None:
    loader = protocol.loader(["http://server.invalid"], USUAL_PATIENCE)
    with pytest.raises(EngineUnavailableError) as unknown:
        await loader.load(ignore)
    await loader.close()
    assert unknown.value.facts["fault"] == "cannot be reached: its address is not known"


@each_protocol
async def test_a_certificate_that_nobody_vouches_for_is_told_as_such(protocol: Protocol, tmp_path: Path) -> None:
    async with protocol.server() as server, HttpsFront(server.url, tmp_path) as front:
        loader = protocol.loader([front.url], USUAL_PATIENCE)
        with pytest.raises(EngineUnavailableError) as untrusted:
            await loader.load(ignore)
        await loader.close()
        assert untrusted.value.facts["fault"] == "cannot be reached: no secure connection"
        assert server.requests == []


@each_protocol
async def test_however_answers_end_no_thread_and_no_connection_is_left(protocol: Protocol) -> None:
    threads = _threads()
    async with protocol.server() as server:
        async with open_desk(loader=protocol.load(server)) as desk:
            await desk.engine.ready()
            for script, status in (
                ({}, MessageStatus.COMPLETE),
                ({"fault": "CUT"}, INTERRUPTED),
                ({"fault": "HTML"}, FAILED),
                ({"status": 500}, FAILED),
                ({"event": "{no JSON"}, INTERRUPTED),
            ) * 3:
                fault = {"fault": protocol.fault(str(script["fault"]))} if "fault" in script else {}
                server.will_answer(" One", **{**script, **fault})
                assert (await desk.end_of(await desk.ask("Well?"))).status is status
                server.will_answer(" One", protocol.hold)
                run = await desk.ask("Well?")
                await server.held()
                await desk.service.stop(ANN, run.conversation_id)
            # One for answers, one for counting, one for the server's own routes.
            assert server.open_connections <= 3
        await until(lambda: server.open_connections == 0)
    assert _threads() == threads


def _threads() -> int:
    """But those that asyncio keeps for later."""
    return sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate())
