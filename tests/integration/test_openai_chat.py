"""The adapter for engines that take messages, against one that answers, and fails, as it is told to."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.prompt_values import PromptValue
from pydantic import SecretStr

from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.conversation import GenerationOptions, Role
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
from assistant.prompting.transcript import Turn
from tests.fakes.engine_script import HOLD, Fault
from tests.fakes.fake_engine import FakeEngine

KEY = "sk-very-secret"
QUESTION = "The patient's name is Ann."
MESSAGES = [SystemMessage("Be brief."), HumanMessage("Hi"), AIMessage("Hello."), HumanMessage(QUESTION)]


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    tasks = asyncio.all_tasks()
    async with FakeEngine(api_key=KEY) as engine:
        yield engine
    assert asyncio.all_tasks() - {asyncio.current_task()} <= tasks


@pytest.fixture
async def model(engine: FakeEngine) -> AsyncIterator[OpenAIChat]:
    async with adapter(engine) as model:
        yield model


@asynccontextmanager
async def adapter(engine: FakeEngine, **fields: Any) -> AsyncIterator[OpenAIChat]:
    model = OpenAIChat(base_url=engine.url, api_key=SecretStr(KEY), **fields)
    yield model
    await model.aclose()


async def chunks(model: OpenAIChat, **options: Any) -> list[ChatGenerationChunk]:
    return [chunk async for chunk in model._astream(MESSAGES, **options)]


async def text(model: OpenAIChat, **options: Any) -> str:
    return "".join(chunk.text for chunk in await chunks(model, **options))


def prompt() -> PromptValue:
    turns = [Turn(Role.USER, "Hi"), Turn(Role.ASSISTANT, "Hello."), Turn(Role.USER, QUESTION)]
    return prompt_value("transcript", "Be brief.", turns)


def stream(model: OpenAIChat | OpenAICompletions) -> AnswerStream:
    return AnswerStream(model, prompt(), GenerationOptions(top_k=0, repetition_penalty=1.0), (), "")


async def test_the_prompts_messages_go_out_with_their_roles(engine: FakeEngine, model: OpenAIChat) -> None:
    assert [piece async for piece in stream(model)]
    assert engine.requests[-1].path == "/v1/chat/completions"
    assert engine.requests[-1].body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": QUESTION},
    ]


async def test_a_system_message_without_words_is_not_sent(engine: FakeEngine, model: OpenAIChat) -> None:
    async for _ in model.astream([SystemMessage(""), HumanMessage("Hi")]):
        pass
    assert engine.requests[-1].body["messages"] == [{"role": "user", "content": "Hi"}]


async def test_an_answer_stream_gets_the_same_from_messages_as_from_a_prompt(
    engine: FakeEngine, model: OpenAIChat
) -> None:
    completions = OpenAICompletions(base_url=engine.url, api_key=SecretStr(KEY))
    told = []
    for each in (model, completions):
        engine.will_answer("Use ", "sorted().", finish_reason="length")
        answer = stream(each)
        pieces = "".join([piece async for piece in answer])
        told.append((pieces, answer.finish_reason, answer.completion_tokens, answer.prompt_tokens is not None))
    await completions.aclose()
    assert told[0] == told[1] == ("Use sorted().", "length", 2, True)


async def test_the_last_chunk_tells_the_end_and_the_counts(engine: FakeEngine, model: OpenAIChat) -> None:
    engine.will_answer("a", "b", finish_reason="length", cached_tokens=5)
    last = (await chunks(model))[-1]
    assert last.text == ""
    assert last.generation_info == {
        "finish_reason": "length",
        "prompt_tokens": sum(len(message.text) for message in MESSAGES),
        "completion_tokens": 2,
        "cached_tokens": 5,
    }


async def test_ainvoke_gives_the_same_as_the_stream(engine: FakeEngine, model: OpenAIChat) -> None:
    engine.will_answer("a", "b")
    assert (await model.ainvoke(MESSAGES)).text == "ab"


async def test_options_go_out_in_the_engines_words(engine: FakeEngine) -> None:
    options = GenerationOptions(temperature=0.7, top_p=0.8, top_k=9, repetition_penalty=1.3, max_new_tokens=33, seed=7)
    async with adapter(engine, dialect=Dialect.VLLM) as model:
        await text(model, stop=["###"], **options.model_dump())
    sent = engine.requests[-1].body
    expected = {"temperature": 0.7, "top_p": 0.8, "max_tokens": 33, "seed": 7, "stop": ["###"]}
    expected |= {"top_k": 9, "repetition_penalty": 1.3, "min_p": 0.0, "stream": True}
    assert {name: sent[name] for name in expected} == expected


async def test_what_the_protocol_cannot_say_is_refused_and_nothing_is_sent(
    engine: FakeEngine, model: OpenAIChat
) -> None:
    with pytest.raises(UnsupportedOptionError) as refused:
        await text(model, top_k=9)
    assert refused.value.facts == {"option": "top_k", "engine": "openai"}
    assert engine.requests == []


GOING_ON = [*MESSAGES, AIMessage("Hello Ann,\n```py\n")]


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        (Dialect.LLAMA_CPP, {"continue_final_message": True, "add_generation_prompt": False}),
        (Dialect.VLLM, {"continue_final_message": True, "add_generation_prompt": False}),
        (Dialect.SGLANG, {"continue_final_message": True}),
    ],
)
async def test_each_kind_is_told_to_go_on_with_a_last_message_of_its_own(
    engine: FakeEngine, dialect: Dialect, told: dict[str, bool]
) -> None:
    names = ("continue_final_message", "add_generation_prompt")
    async with adapter(engine, dialect=dialect) as model:
        for messages, expected in ((GOING_ON, told), (MESSAGES, {})):
            async for _ in model.astream(messages):
                pass
            sent = engine.requests[-1].body
            assert {name: sent[name] for name in names if name in sent} == expected
    assert engine.requests[-2].body["messages"][-1] == {"role": "assistant", "content": "Hello Ann,\n```py\n"}


async def test_a_server_that_cannot_go_on_is_not_asked_to(engine: FakeEngine, model: OpenAIChat) -> None:
    with pytest.raises(UnsupportedOptionError) as refused:
        async for _ in model.astream(GOING_ON):
            pass
    assert refused.value.facts == {"option": "continue", "engine": "openai"}
    assert engine.requests == []


async def test_characters_split_between_packets_come_whole(engine: FakeEngine, model: OpenAIChat) -> None:
    engine.will_answer("naïve ", "👩🏽‍💻", " 漢字", fault=Fault.ONE_BYTE_CHUNKS)
    assert await text(model) == "naïve 👩🏽‍💻 漢字"


async def test_an_answer_without_a_word_is_an_end_and_no_error(engine: FakeEngine, model: OpenAIChat) -> None:
    engine.will_answer()
    answer = stream(model)
    assert [piece async for piece in answer] == []
    assert (answer.finish_reason, answer.completion_tokens) == ("stop", 0)


async def test_an_engine_that_does_not_end_is_cut_off(engine: FakeEngine, model: OpenAIChat) -> None:
    engine.will_answer("x" * 100, fault=Fault.ENDLESS)
    answer = await chunks(model, max_new_tokens=4)
    assert 900 < sum(len(chunk.text) for chunk in answer) <= 1024
    assert (answer[-1].generation_info or {})["finish_reason"] == "length"
    await engine.client_left()


@pytest.mark.parametrize("pieces", [(HOLD,), ("a", HOLD)], ids=["before the first word", "after it"])
async def test_cancelling_closes_the_connection(
    engine: FakeEngine, model: OpenAIChat, pieces: tuple[object, ...]
) -> None:
    engine.will_answer(*pieces)
    asking = asyncio.create_task(text(model))
    await engine.held()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await engine.client_left()


@pytest.mark.parametrize(
    ("script", "kind", "fault"),
    [
        ({"status": 401}, EngineAccessError, "refused the key"),
        ({"status": 404}, EngineRefusedError, "answered 404"),
        ({"status": 422}, EngineRefusedError, "answered 422"),
        ({"status": 429}, EngineUnavailableError, "busy"),
        ({"status": 500}, EngineError, "answered 500"),
        ({"status": 503}, EngineUnavailableError, "busy"),
        ({"fault": Fault.DROPPED}, EngineUnavailableError, "connection lost"),
        ({"fault": Fault.CUT}, EngineUnavailableError, "connection lost"),
        ({"fault": Fault.HTML}, EngineProtocolError, "without a finish reason"),
        ({"fault": Fault.UNFINISHED}, EngineProtocolError, "without a finish reason"),
        ({"fault": Fault.BROKEN_UTF8}, EngineProtocolError, "not an answer of the protocol"),
        ({"fault": Fault.ERROR_EVENT}, EngineError, "reported an error"),
        ({"event": '{"choices": [{"delta": null}]}'}, EngineProtocolError, "not an answer of the protocol"),
    ],
    ids=str,
)
async def test_each_fault_is_the_same_error_as_with_prompts(
    engine: FakeEngine,
    model: OpenAIChat,
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
    for private in (QUESTION, "She is 43.", KEY):
        assert private not in told


async def test_messages_beyond_the_window_are_too_long(engine: FakeEngine, model: OpenAIChat) -> None:
    words = "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens."
    engine.will_answer(status=400, error={"message": words, "type": "BadRequestError", "code": 400})
    with pytest.raises(MessageTooLongError) as refused:
        await text(model)
    assert refused.value.facts == {"size": 9000, "limit": 8192, "unit": "tokens"}


async def test_closing_the_model_closes_its_connections(engine: FakeEngine) -> None:
    async with adapter(engine) as model:
        await text(model)
        assert engine.open_connections == 1
    await engine.all_left()
