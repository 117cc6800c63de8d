"""The adapter of the OpenAI protocol, against an engine that answers, and fails, as it is told to."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.outputs import GenerationChunk
from pydantic import SecretStr

from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.conversation import GenerationOptions
from assistant.errors.engine import (
    EngineAccessError,
    EngineError,
    EngineProtocolError,
    EngineRefusedError,
    EngineUnavailableError,
)
from assistant.errors.input import MessageTooLongError, UnsupportedOptionError
from assistant.generation.answer_stream import AnswerStream
from assistant.prompting.prompt_value import prompt_value
from tests.fakes.engine_script import HOLD, Fault, Reading
from tests.fakes.fake_engine import FakeEngine

KEY = "sk-very-secret"
PROMPT = "The patient's name is Ann."


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    async with FakeEngine(api_key=KEY) as engine:
        yield engine


@pytest.fixture
async def model(engine: FakeEngine) -> AsyncIterator[OpenAICompletions]:
    async with adapter(engine) as model:
        yield model


@asynccontextmanager
async def adapter(engine: FakeEngine, key: str = KEY, **fields: Any) -> AsyncIterator[OpenAICompletions]:
    model = OpenAICompletions(base_url=engine.url, api_key=SecretStr(key), **fields)
    yield model
    await model.aclose()


async def chunks(model: OpenAICompletions, prompt: str = PROMPT, **options: Any) -> list[GenerationChunk]:
    return [chunk async for chunk in model._astream(prompt, **options)]


async def text(model: OpenAICompletions, **options: Any) -> str:
    return "".join(chunk.text for chunk in await chunks(model, **options))


async def test_the_text_comes_whole_and_piece_by_piece(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer(" Use", " sorted", "().")
    assert [piece async for piece in model.astream(PROMPT)] == [" Use", " sorted", "().", ""]
    assert engine.requests[-1].body["prompt"] == PROMPT


async def test_how_far_the_prompt_is_read_is_told_beside_the_text(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer(*(Reading(total=90, cache=10, processed=read) for read in (10, 50, 90)), " Yes")
    told: list[float] = []
    value = prompt_value(PROMPT, "", [])
    stream = AnswerStream(model, value, GenerationOptions(), [], " ", on_read=told.append)
    assert [piece async for piece in stream] == ["Yes"]
    assert told == [0.0, 0.5, 1.0]
    assert stream.completion_tokens == 1


async def test_a_prompt_that_is_all_remembered_is_not_told_of(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer(Reading(total=90, cache=90, processed=90), " Yes")
    told: list[float] = []
    value = prompt_value(PROMPT, "", [])
    stream = AnswerStream(model, value, GenerationOptions(), [], " ", on_read=told.append)
    assert ([piece async for piece in stream], told) == (["Yes"], [])


async def test_the_last_chunk_tells_the_end_and_the_counts(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer("a", "b", finish_reason="length", cached_tokens=5)
    last = (await chunks(model))[-1]
    assert last.text == ""
    assert last.generation_info == {
        "finish_reason": "length",
        "prompt_tokens": len(PROMPT),
        "completion_tokens": 2,
        "cached_tokens": 5,
    }


async def test_ainvoke_gives_the_same_as_the_stream(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer("a", "b")
    assert await model.ainvoke(PROMPT) == "ab"


async def test_every_option_goes_out_under_the_engines_name(engine: FakeEngine, model: OpenAICompletions) -> None:
    options = GenerationOptions(temperature=0.7, top_p=0.8, top_k=0, repetition_penalty=1.3, max_new_tokens=33, seed=7)
    await text(model, stop=["\nHuman:"], **options.model_dump())
    sent = engine.requests[-1].body
    expected = {
        "temperature": 0.7,
        "top_p": 0.8,
        "top_k": 0,
        "repeat_penalty": 1.3,
        "max_tokens": 33,
        "seed": 7,
        "stop": ["\nHuman:"],
        # The engine's own, which GenerationOptions does not know, is off.
        "min_p": 0.0,
        "cache_prompt": True,
        "stream": True,
    }
    assert {name: sent[name] for name in expected} == expected


async def test_what_is_not_given_is_not_sent(engine: FakeEngine, model: OpenAICompletions) -> None:
    await text(model, seed=None)
    sent = {name for name, value in engine.requests[-1].body.items() if value is not None}
    assert not {"seed", "stop", "temperature", "max_tokens"} & sent


async def test_an_unknown_option_is_refused_by_name_and_nothing_is_sent(
    engine: FakeEngine, model: OpenAICompletions
) -> None:
    with pytest.raises(UnsupportedOptionError) as refused:
        await text(model, temprature=0.7)
    assert refused.value.facts["option"] == "temprature"
    assert engine.requests == []


async def test_tokens_are_the_engines(model: OpenAICompletions) -> None:
    assert await asyncio.to_thread(model.get_num_tokens, "héllo") == len("héllo".encode())


async def test_reading_a_prompt_writes_nothing_and_names_the_slot(engine: FakeEngine, model: OpenAICompletions) -> None:
    await model.read("A dialogue.", 1)
    sent = engine.requests[-1].body
    assert (sent["prompt"], sent["id_slot"], sent["max_tokens"], sent["cache_prompt"]) == ("A dialogue.", 1, 0, True)
    # So that a slow machine is not taken for one that hangs.
    assert sent["stream"] and sent["return_progress"]


async def test_characters_split_between_packets_come_whole(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer("naïve ", "👩🏽‍💻", " 漢字", fault=Fault.ONE_BYTE_CHUNKS)
    assert await text(model) == "naïve 👩🏽‍💻 漢字"


async def test_leaving_early_closes_the_connection(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer("a", HOLD, "b")
    async with aclosing(model._astream(PROMPT)) as stream:  # type: ignore[type-var]  # langchain says AsyncIterator
        assert (await anext(stream)).text == "a"
    await engine.client_left()


@pytest.mark.parametrize("pieces", [(HOLD,), ("a", HOLD)], ids=["before the first word", "after it"])
async def test_cancelling_closes_the_connection(
    engine: FakeEngine, model: OpenAICompletions, pieces: tuple[object, ...]
) -> None:
    engine.will_answer(*pieces)
    asking = asyncio.create_task(text(model))
    await engine.held()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await engine.client_left()


async def test_the_connection_is_used_again_after_an_answer(engine: FakeEngine, model: OpenAICompletions) -> None:
    await text(model)
    await text(model)
    assert engine.connections == 1


@pytest.mark.parametrize(
    ("script", "kind", "fault"),
    [
        ({"status": 401}, EngineAccessError, "refused the key"),
        ({"status": 403}, EngineAccessError, "refused the key"),
        ({"status": 404}, EngineRefusedError, "answered 404"),
        ({"status": 500}, EngineError, "answered 500"),
        ({"status": 429}, EngineUnavailableError, "busy"),
        ({"status": 503}, EngineUnavailableError, "busy"),
        ({"fault": Fault.DROPPED}, EngineUnavailableError, "connection lost"),
        ({"fault": Fault.CUT}, EngineUnavailableError, "connection lost"),
        ({"fault": Fault.HTML}, EngineProtocolError, "without a finish reason"),
        ({"fault": Fault.UNFINISHED}, EngineProtocolError, "without a finish reason"),
        ({"fault": Fault.BROKEN_UTF8}, EngineProtocolError, "not an answer of the protocol"),
        ({"fault": Fault.ERROR_EVENT}, EngineError, "reported an error"),
        ({"event": "{not JSON"}, EngineProtocolError, "not an answer of the protocol"),
    ],
    ids=str,
)
async def test_each_fault_of_the_engine_is_an_error_of_ours(
    engine: FakeEngine,
    model: OpenAICompletions,
    caplog: pytest.LogCaptureFixture,
    script: dict[str, Any],
    kind: type[EngineError],
    fault: str,
) -> None:
    caplog.set_level(logging.INFO)
    engine.will_answer("She is 43.", **script)
    with pytest.raises(kind) as failed:
        await text(model)
    assert type(failed.value) is kind
    assert fault in str(failed.value.facts["fault"])
    told = f"{failed.value!r} {failed.value.facts} {caplog.text}"
    for private in (PROMPT, "She is 43.", KEY):
        assert private not in told


async def test_a_prompt_beyond_the_window_is_too_long_and_not_to_be_tried_again(
    engine: FakeEngine, model: OpenAICompletions
) -> None:
    error = {"code": 400, "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 8192}
    engine.will_answer(status=400, error=error)
    with pytest.raises(MessageTooLongError) as refused:
        await text(model)
    assert refused.value.facts == {"size": 9000, "limit": 8192, "unit": "tokens"}
    assert not refused.value.retryable


async def test_what_came_before_a_cut_was_handed_on(engine: FakeEngine, model: OpenAICompletions) -> None:
    engine.will_answer("a", "b", fault=Fault.CUT)
    seen = []
    with pytest.raises(EngineUnavailableError):
        async for chunk in model._astream(PROMPT):
            seen.append(chunk.text)
    assert seen == ["a", "b"]


async def test_an_engine_that_falls_silent_is_given_up(engine: FakeEngine) -> None:
    async with adapter(engine, silence_seconds=0.05) as model:
        engine.will_answer("a", HOLD)
        with pytest.raises(EngineUnavailableError) as silent:
            await text(model)
    assert silent.value.facts["fault"] == "timed out"
    await engine.client_left()


async def test_an_engine_that_is_not_there_is_unavailable_to_every_question(
    engine: FakeEngine, model: OpenAICompletions
) -> None:
    await engine.stop()
    with pytest.raises(EngineUnavailableError):
        await text(model)
    with pytest.raises(EngineUnavailableError):
        await model.read(PROMPT, 0)
    with pytest.raises(EngineUnavailableError):
        await asyncio.to_thread(model.get_token_ids, PROMPT)


async def test_a_wrong_key_is_refused_on_every_route(engine: FakeEngine) -> None:
    async with adapter(engine, key="sk-guessed") as model:
        with pytest.raises(EngineError, match="refused the key"):
            await text(model)
        with pytest.raises(EngineError, match="refused the key"):
            await asyncio.to_thread(model.get_token_ids, PROMPT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "text", "usage", "finish_reason", "prompt_tokens_details"]), inner
        )
    ),
    max_leaves=8,
)


@given(event=json_values)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_json_an_event_is_only_errors_of_ours_come_of_it(
    engine: FakeEngine, model: OpenAICompletions, event: object
) -> None:
    engine.will_answer(event=json.dumps(event))
    with suppress(EngineError):
        assert isinstance(await text(model), str)
