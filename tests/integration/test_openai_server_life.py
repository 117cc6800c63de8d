"""A loader over its life: servers that are away, that are several, that read the prompt's start, that are let go."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.loader import Mode
from assistant.errors.engine import EngineLoadError, EngineUnavailableError
from tests.openai_servers import (
    LLAMA_CPP,
    OPTIONS,
    PLAIN,
    VLLM,
    House,
    ignore,
    open_house,
    sent,
    served,
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


@pytest.mark.parametrize("mode", [Mode.COMPLETIONS, Mode.CHAT])
async def test_nobody_there_is_to_be_tried_again_later(house: House, mode: Mode) -> None:
    engine = await house.engine(VLLM)
    await engine.stop()
    loader = house.loader(engine.url, mode=mode)
    with pytest.raises(EngineUnavailableError):
        await loader.load(ignore)
    await engine.start()
    assert (await loader.load(ignore)).card.name == "starcoder"


async def test_a_loader_that_loads_again_keeps_nothing_of_before(house: House) -> None:
    engine = await house.engine(VLLM)
    loader = house.loader(engine.url)
    for _ in range(2):
        await sent(engine, await loader.load(ignore), OPTIONS)
    await loader.close()
    await engine.all_left()


async def test_llama_cpp_reads_the_prompts_start_into_every_slot(house: House) -> None:
    engine = await house.engine(LLAMA_CPP)
    loader = house.loader(engine.url)
    await loader.load(ignore)
    await loader.warm("A dialogue.")
    read = [request.body for request in engine.requests if request.path == "/v1/completions"]
    assert [(body["prompt"], body["id_slot"], body["max_tokens"]) for body in read] == [
        ("A dialogue.", 0, 0),
        ("A dialogue.", 1, 0),
    ]


@pytest.mark.parametrize(("routes", "read"), [(VLLM, 1), (PLAIN, 0)], ids=["vllm", "a hosted one, which costs money"])
async def test_others_read_it_once_or_not_at_all(house: House, routes: Mapping[str, object], read: int) -> None:
    engine = await house.engine(routes)
    loader = house.loader(engine.url)
    await loader.load(ignore)
    await loader.warm("A dialogue.")
    assert sum(request.body.get("prompt") == "A dialogue." for request in engine.requests) == read
    assert all("id_slot" not in request.body for request in engine.requests)


async def test_a_prompts_start_that_cannot_be_read_costs_time_and_nothing_else(house: House) -> None:
    engine = await house.engine({**VLLM, "/v1/completions": 500})
    loader = house.loader(engine.url, mode=Mode.COMPLETIONS)
    await loader.load(ignore)
    await loader.warm("A dialogue.")
    await engine.stop()
    await loader.warm("A dialogue.")


@pytest.mark.parametrize("mode", [Mode.COMPLETIONS, Mode.CHAT])
async def test_several_servers_are_one_model_and_one_of_them_may_be_away(house: House, mode: Mode) -> None:
    engines = [await house.engine(VLLM) for _ in range(3)]
    await engines[0].stop()
    loader = house.loader(*(engine.url for engine in engines), mode=mode)
    loaded = await loader.load(ignore)
    assert loaded.context_window == 4096
    assert loaded.concurrency == 3 * 64
    await loader.warm("A dialogue.")
    for number in range(6):
        metadata: Any = {"metadata": {"conversation_id": f"conversation {number}"}}
        pieces = loaded.language_model.astream("Hi", metadata, **OPTIONS.model_dump())
        assert [piece async for piece in pieces]
    assert await asyncio.to_thread(loaded.language_model.get_num_tokens, "abcd") == 4
    assert engines[0].requests == []


async def test_an_address_given_twice_is_one_server(house: House) -> None:
    engine = await house.engine(VLLM)
    loaded = await house.loader(engine.url, f"{engine.url}/v1").load(ignore)
    assert isinstance(loaded.language_model, OpenAICompletions)


async def test_servers_that_serve_different_models_are_refused(house: House) -> None:
    others = {**VLLM, "/v1/models": served("someone/else", owner="vllm")}
    urls = [(await house.engine(routes)).url for routes in (VLLM, others)]
    with pytest.raises(EngineLoadError, match="do not all serve the same: bigcode/starcoder"):
        await house.loader(*urls).load(ignore)


async def test_a_server_that_comes_back_with_another_model_gets_no_conversation(house: House) -> None:
    engines = [await house.engine(VLLM) for _ in range(2)]
    await engines[0].stop()
    loaded = await house.loader(*(engine.url for engine in engines)).load(ignore)
    engines[0].routes["/v1/models"] = served("someone/else", owner="vllm")
    await engines[0].start()
    failover = loaded.language_model.failover  # type: ignore[attr-defined]  # of a replicated model
    probe = failover._replicas[engines[0].url].probe
    with pytest.raises(EngineLoadError, match="does not serve it"):
        await probe()
    engines[0].routes["/v1/models"] = VLLM["/v1/models"]
    await probe()
