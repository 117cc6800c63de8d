"""Finding out what a server of the OpenAI protocol is and serves, and making a model of it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping

import pytest

from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.backends.openai_protocol.loader import Mode
from assistant.errors.engine import EngineAccessError, EngineLoadError, EngineUnavailableError
from assistant.wording import Wording
from tests.fakes.fake_engine import WINDOW
from tests.openai_servers import (
    CHAT_ONLY,
    KEY,
    LLAMA_CPP,
    NEUTRAL,
    OPTIONS,
    PLAIN,
    SGLANG,
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


@pytest.mark.parametrize(
    ("routes", "dialect"),
    [
        (LLAMA_CPP, Dialect.LLAMA_CPP),
        (VLLM, Dialect.VLLM),
        (SGLANG, Dialect.SGLANG),
        (PLAIN, Dialect.OPENAI),
        # Behind a proxy that calls every model its own.
        ({**VLLM, "/v1/models": served("bigcode/starcoder", max_model_len=4096)}, Dialect.VLLM),
        ({**SGLANG, "/v1/models": served("bigcode/starcoder", max_model_len=4096)}, Dialect.SGLANG),
        # Others tell a version too.
        ({**PLAIN, "/version": {"version": "2.0"}}, Dialect.OPENAI),
        ({**PLAIN, "/props": "<!doctype html>"}, Dialect.OPENAI),
        ({**PLAIN, "/props": []}, Dialect.OPENAI),
    ],
    ids=["llama.cpp", "vllm", "sglang", "plain", "vllm behind", "sglang behind", "version", "pages", "no object"],
)
async def test_the_servers_kind_is_found_out(house: House, routes: Mapping[str, object], dialect: Dialect) -> None:
    _, loaded = await house.load(routes)
    assert isinstance(loaded.language_model, OpenAICompletions)
    assert loaded.language_model.dialect is dialect
    assert loaded.revision == f"served by {dialect}"


async def test_a_setting_overrides_what_was_found_out(house: House) -> None:
    _, loaded = await house.load(PLAIN, dialect=Dialect.VLLM)
    assert isinstance(loaded.language_model, OpenAICompletions)
    assert loaded.language_model.dialect is Dialect.VLLM


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
async def test_an_address_may_end_in_v1_or_not(house: House, end: str) -> None:
    engine = await house.engine(VLLM)
    await house.loader(engine.url + end).load(ignore)
    paths = [request.path for request in engine.requests]
    assert "/v1/models" in paths
    assert not [path for path in paths if path.startswith("/v1/v1") or "//" in path]


async def test_the_key_goes_with_every_question(house: House) -> None:
    engine, loaded = await house.load(VLLM)
    await sent(engine, loaded, OPTIONS)
    await asyncio.to_thread(loaded.language_model.get_num_tokens, "Hi")
    assert {request.headers["authorization"] for request in engine.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("listed", "wanted", "asked_for", "card"),
    [
        (["bigcode/starcoder"], "", "bigcode/starcoder", "starcoder"),
        (["someone/new-model"], "", "someone/new-model", "new-model"),
        (["someone/new-model", "bigcode/starcoder"], "starcoder", "bigcode/starcoder", "starcoder"),
        (["a", "b"], "b", "b", "b"),
        (["/models/starcoder-q4.gguf", "/models/b.gguf"], "starcoder", "/models/starcoder-q4.gguf", "starcoder"),
        (["/models/a.gguf", "/models/b.gguf"], "b.gguf", "/models/b.gguf", "b.gguf"),
    ],
)
async def test_the_model_is_the_only_one_or_the_one_that_is_named(
    house: House, listed: list[str], wanted: str, asked_for: str, card: str
) -> None:
    engine, loaded = await house.load({**VLLM, "/v1/models": served(*listed, owner="vllm")}, model=wanted)
    assert (await sent(engine, loaded, NEUTRAL))["model"] == asked_for
    assert loaded.card.name == card


async def test_several_models_without_a_choice_are_named_without_their_folders(house: House) -> None:
    with pytest.raises(EngineLoadError) as refused:
        await house.load({**VLLM, "/v1/models": served("/srv/secret/a.gguf", "someone/b", owner="vllm")})
    sentence = Wording().error(refused.value)
    assert "ASSISTANT_MODEL has to name one of: a.gguf, someone/b" in sentence
    assert "secret" not in sentence


async def test_a_model_that_is_not_served_is_refused_with_those_that_are(house: House) -> None:
    with pytest.raises(EngineLoadError, match="does not serve it, but: bigcode/starcoder"):
        await house.load(VLLM, model="someone/else")


async def test_llama_cpps_server_answers_to_any_name_and_its_path_is_not_shown(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    routes = {"/v1/models": served("/srv/secret/weights.gguf")}
    loader = house.loader((await house.engine(routes)).url)
    assert (await loader.load(ignore)).card.name == loader.card.name == "weights.gguf"
    _, loaded = await house.load(routes, model="starcoder")
    assert loaded.card.name == "starcoder"
    assert "secret" not in caplog.text


async def test_the_card_is_known_before_where_it_is_named_and_after_where_not(house: House) -> None:
    engine = await house.engine(VLLM)
    assert house.loader(engine.url, model="starcoder").card.name == "starcoder"
    loader = house.loader(engine.url)
    assert loader.card.name
    await loader.load(ignore)
    assert loader.card.name == "starcoder"


@pytest.mark.parametrize(
    ("routes", "window"),
    [
        ({**VLLM, "/v1/models": served("bigcode/starcoder", owner="vllm", max_model_len=2048)}, 2048),
        ({**PLAIN, "/v1/models": served("someone/new", context_length=32768)}, 32768),
        (PLAIN, 8192),
        ({**PLAIN, "/v1/models": served("someone/new")}, 4096),
        ({"/props": {"default_generation_settings": {"n_ctx": 1024}, "total_slots": 2}}, 1024),
        (LLAMA_CPP, WINDOW),
        ({"/v1/models": {"data": [{"id": "a.gguf", "meta": {"n_ctx_train": 512}}]}}, 512),
        ({**PLAIN, "/v1/models": served("someone/new", max_model_len="many")}, 4096),
    ],
    ids=[
        "vllm",
        "a field of hosts",
        "catalogue",
        "unknown",
        "a slot of llama.cpp",
        "its default",
        "what it was trained on",
        "nonsense",
    ],
)
async def test_the_window_is_the_servers_or_the_catalogues(
    house: House, routes: Mapping[str, object], window: int
) -> None:
    _, loaded = await house.load(routes)
    assert loaded.context_window == window


@pytest.mark.parametrize(("routes", "at_once"), [(LLAMA_CPP, 2), (VLLM, 64)], ids=["slots", "batches"])
async def test_as_many_answers_are_written_at_once_as_the_server_takes(
    house: House, routes: Mapping[str, object], at_once: int
) -> None:
    _, loaded = await house.load(routes)
    assert loaded.concurrency == at_once


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_only_takes_messages_gets_messages(house: House, status: int) -> None:
    engine, loaded = await house.load({**PLAIN, "/v1/completions": status})
    assert isinstance(loaded.language_model, OpenAIChat)
    await sent(engine, loaded, NEUTRAL)
    assert engine.requests[-1].path == "/v1/chat/completions"


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_refuses_just_the_trial_takes_prompts(house: House, status: int) -> None:
    _, loaded = await house.load({**PLAIN, "/v1/completions": status})
    assert isinstance(loaded.language_model, OpenAICompletions)


async def test_a_server_known_to_take_prompts_is_not_made_to_compute(house: House) -> None:
    engine, _ = await house.load(VLLM)
    assert "/v1/completions" not in {request.path for request in engine.requests}


@pytest.mark.parametrize(
    ("routes", "mode", "kind"),
    [(CHAT_ONLY, Mode.COMPLETIONS, OpenAICompletions), (VLLM, Mode.CHAT, OpenAIChat)],
    ids=["completions", "chat"],
)
async def test_the_mode_may_be_set(house: House, routes: Mapping[str, object], mode: Mode, kind: type[object]) -> None:
    _, loaded = await house.load(routes, mode=mode)
    assert isinstance(loaded.language_model, kind)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/completions"])
async def test_a_server_that_is_still_starting_is_to_be_tried_again_later(house: House, path: str, status: int) -> None:
    with pytest.raises(EngineUnavailableError):
        await house.load({**PLAIN, path: status})


@pytest.mark.parametrize(
    "routes",
    [
        {"/v1/models": 404},
        {"/v1/models": 422},
        {"/v1/models": "<!doctype html><title>Welcome to nginx!</title>"},
        {"/v1/models": []},
        {"/v1/models": {"data": None}},
        {"/v1/models": {"data": [{}]}},
        {"/v1/models": {"data": []}},
        {"/v1/models": {"data": [{"id": None}]}},
    ],
    ids=json.dumps,
)
async def test_something_that_is_no_such_server_is_told_in_words(house: House, routes: Mapping[str, object]) -> None:
    with pytest.raises(EngineLoadError) as refused:
        await house.load(routes)
    sentence = Wording().error(refused.value)
    assert "its server" in sentence
    assert "127.0.0.1" not in sentence


async def test_a_wrong_key_is_told_as_such_and_not_repeated(house: House) -> None:
    with pytest.raises(EngineAccessError) as refused:
        await house.load(VLLM, key="sk-guessed")
    assert "sk-guessed" not in repr(refused.value)
