"""What each kind of server hears of the options: in its own words, or a refusal by name."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest

from assistant.backends.openai_protocol.loader import Mode
from assistant.errors.engine import EngineLoadError
from assistant.errors.input import UnsupportedOptionError
from tests.openai_servers import (
    CHAT_ONLY,
    LLAMA_CPP,
    NEUTRAL,
    OPTIONS,
    PLAIN,
    SGLANG,
    TRANSFORMERS,
    VLLM,
    House,
    ignore,
    open_house,
    sent,
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


EXPECTED = {
    "llama.cpp": (
        LLAMA_CPP,
        {
            "top_k": 9,
            "repeat_penalty": 1.3,
            # So that an option means what it means elsewhere.
            "repeat_last_n": 262144,
            "samplers": ["penalties", "temperature", "top_k", "top_p", "min_p"],
            "min_p": 0.0,
            "cache_prompt": True,
            "return_progress": True,
        },
    ),
    "vllm": (VLLM, {"top_k": 9, "repetition_penalty": 1.3, "min_p": 0.0}),
    "sglang": (SGLANG, {"top_k": 9, "repetition_penalty": 1.3, "min_p": 0.0}),
}
COMMON = {"temperature": 0.7, "top_p": 0.8, "max_tokens": 33, "seed": 7, "stop": ["###"]}
REQUEST = {"model", "prompt", "stream", "stream_options"}


@pytest.mark.parametrize("name", EXPECTED)
async def test_each_kind_hears_every_option_in_its_own_words_and_nothing_else(house: House, name: str) -> None:
    routes, extensions = EXPECTED[name]
    engine, loaded = await house.load(routes)
    body = await sent(engine, loaded, OPTIONS, stop=["###"])
    assert {key: value for key, value in body.items() if key not in REQUEST} == COMMON | extensions


@pytest.mark.parametrize(("name", "everything"), [("llama.cpp", 0), ("vllm", -1), ("sglang", -1)])
async def test_all_tokens_are_asked_for_as_each_kind_says_it(house: House, name: str, everything: int) -> None:
    engine, loaded = await house.load(EXPECTED[name][0])
    assert (await sent(engine, loaded, NEUTRAL))["top_k"] == everything


@pytest.mark.parametrize(("option", "value"), [("top_k", 9), ("repetition_penalty", 1.3)])
async def test_a_plain_server_refuses_by_name_what_it_cannot_be_told(house: House, option: str, value: float) -> None:
    engine, loaded = await house.load(PLAIN)
    asked = len(engine.requests)
    with pytest.raises(UnsupportedOptionError) as refused:
        await sent(engine, loaded, NEUTRAL.model_copy(update={option: value}))
    assert refused.value.facts == {"option": option, "engine": "openai"}
    assert len(engine.requests) == asked


async def test_a_plain_server_takes_neutral_values_without_hearing_of_them(house: House) -> None:
    engine, loaded = await house.load(PLAIN)
    body = await sent(engine, loaded, NEUTRAL, stop=["a", "b", "c", "d", "e"])
    # Four stops are what the protocol takes; the stream is watched for the others.
    assert {key: value for key, value in body.items() if key not in REQUEST} == COMMON | {"stop": ["a", "b", "c", "d"]}


@pytest.mark.parametrize(
    ("routes", "settings", "continues"),
    [(PLAIN, {}, True), (CHAT_ONLY, {}, False), (VLLM, {"mode": Mode.CHAT}, True), (SGLANG, {"mode": Mode.CHAT}, True)],
)
async def test_only_a_plain_server_that_takes_messages_cannot_go_on_with_an_answer(
    house: House, routes: Mapping[str, object], settings: dict[str, Mode], continues: bool
) -> None:
    _, loaded = await house.load(routes, **settings)
    assert loaded.continues is continues


@pytest.mark.parametrize(
    ("routes", "fixed", "repeatable"),
    [(VLLM, {}, True), (SGLANG, {}, False), (PLAIN, {"top_k": 0, "repetition_penalty": 1.0}, False)],
    ids=["vllm", "sglang", "plain"],
)
async def test_it_is_known_beforehand_what_a_server_cannot_be_told_or_may_not_heed(
    house: House, routes: Mapping[str, object], fixed: dict[str, float], repeatable: bool
) -> None:
    _, loaded = await house.load(routes)
    assert loaded.fixed_options == fixed
    assert loaded.repeatable is repeatable


@pytest.mark.parametrize("routes", [VLLM, PLAIN], ids=["vllm", "plain"])
async def test_the_cards_options_are_ones_that_the_server_takes(house: House, routes: Mapping[str, object]) -> None:
    engine, loaded = await house.load(routes)
    assert loaded.card.name == "starcoder"
    assert await sent(engine, loaded, loaded.card.options)
    assert (loaded.card.options.repetition_penalty == 1.0) is (routes is PLAIN)


async def test_transformers_serve_is_told_to_sample_or_not_to(house: House) -> None:
    engine, loaded = await house.load(TRANSFORMERS, model="starcoder")
    assert loaded.revision == "served by transformers"
    body = await sent(engine, loaded, OPTIONS)
    assert body["model"] == "bigcode/starcoder"
    told = json.loads(body["generation_config"])
    assert told == {**OPTIONS.model_dump(exclude={"seed"}), "do_sample": True}
    body = await sent(engine, loaded, OPTIONS.model_copy(update={"temperature": 0}))
    told = json.loads(body["generation_config"])
    assert told == {"do_sample": False, "repetition_penalty": 1.3, "max_new_tokens": 33}


async def test_transformers_serve_does_not_list_what_it_was_started_with(house: House) -> None:
    engine = await house.engine(TRANSFORMERS)
    with pytest.raises(EngineLoadError) as refused:
        await house.loader(engine.url).load(ignore)
    assert "ASSISTANT_MODEL" in str(refused.value.facts["fault"])
