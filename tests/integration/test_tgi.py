"""The adapter of text-generation-inference, against a server that answers, and fails, as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from assistant.backends.tgi.model import TgiModel
from assistant.conversation import GenerationOptions
from assistant.errors.engine import EngineUnavailableError
from assistant.errors.input import UnsupportedOptionError
from assistant.generation.answer_stream import AnswerStream
from assistant.generation.stop_rules import StopRule
from assistant.prompting.prompt_value import prompt_value
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.tgi_script import HOLD, KEEP_ALIVE, TgiFault
from tests.tgi_adapter import KEY, PROMPT, adapter, chunks, text


@pytest.fixture
async def server() -> AsyncIterator[FakeTgi]:
    async with FakeTgi(api_key=KEY) as server:
        yield server


@pytest.fixture
async def model(server: FakeTgi) -> AsyncIterator[TgiModel]:
    async with adapter(server) as model:
        yield model


async def test_the_text_comes_whole_and_piece_by_piece(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer(" Use", " sorted", "().")
    assert [piece async for piece in model.astream(PROMPT)] == [" Use", " sorted", "().", ""]
    assert server.prompts[-1].body["inputs"] == PROMPT


async def test_the_end_tokens_text_is_not_shown(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer("a", finish_reason="eos_token")
    assert await text(model) == "a"
    assert "<|endoftext|>" in server.sent[-1][1]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("eos_token", "stop"), ("stop_sequence", "stop"), ("length", "length")], ids=str
)
async def test_the_last_chunk_tells_the_end_the_counts_and_the_seed(
    server: FakeTgi, model: TgiModel, theirs: str, ours: str
) -> None:
    server.will_answer("a", "b", finish_reason=theirs)
    last = (await chunks(model, temperature=0.5, seed=7))[-1]
    assert last.text == ""
    assert last.generation_info == {
        "finish_reason": ours,
        "prompt_tokens": len(PROMPT),
        "completion_tokens": 3 if theirs == "eos_token" else 2,
        "seed": 7,
    }


async def test_the_seed_that_the_server_drew_comes_back(server: FakeTgi, model: TgiModel) -> None:
    info = (await chunks(model, temperature=0.5))[-1].generation_info
    assert info is not None
    assert isinstance(info["seed"], int)


async def test_ainvoke_gives_the_same_as_the_stream(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer("a", "b")
    result = await model.agenerate([PROMPT])
    [[generation]] = result.generations
    assert generation.text == "ab"
    assert generation.generation_info is not None
    assert generation.generation_info["finish_reason"] == "stop"


async def test_every_option_goes_out_under_the_servers_name(server: FakeTgi, model: TgiModel) -> None:
    options = GenerationOptions(temperature=0.7, top_p=0.8, top_k=40, repetition_penalty=1.3, max_new_tokens=33, seed=0)
    await text(model, stop=["\nHuman:"], **options.model_dump())
    sent = {
        "temperature": 0.7,
        "top_p": 0.8,
        "top_k": 40,
        "repetition_penalty": 1.3,
        "max_new_tokens": 33,
        "seed": 0,
        "stop": ["\nHuman:"],
        "do_sample": True,
        "details": True,
    }
    assert server.prompts[-1].body == {"inputs": PROMPT, "parameters": sent, "stream": True}


async def test_what_is_off_is_left_out(server: FakeTgi, model: TgiModel) -> None:
    options = GenerationOptions(temperature=0.7, top_p=1.0, top_k=0, repetition_penalty=1.0, max_new_tokens=9)
    await text(model, **options.model_dump())
    parameters = server.prompts[-1].body["parameters"]
    assert parameters == {"temperature": 0.7, "max_new_tokens": 9, "do_sample": True, "details": True}


async def test_at_temperature_0_nothing_that_would_switch_sampling_on_is_sent(server: FakeTgi, model: TgiModel) -> None:
    options = GenerationOptions(temperature=0, top_p=0.9, top_k=50, repetition_penalty=1.2, max_new_tokens=9, seed=7)
    await text(model, **options.model_dump())
    parameters = server.prompts[-1].body["parameters"]
    sent = {"do_sample": False, "repetition_penalty": 1.2, "max_new_tokens": 9, "seed": 7, "details": True}
    assert parameters == sent


@pytest.mark.parametrize(("takes", "sent"), [(2, 2), (4, 4), (100, 4)])
async def test_no_more_stop_strings_are_sent_than_the_server_takes_and_never_more_than_four(
    takes: int, sent: int
) -> None:
    stops = ["\nHuman:", "\n-----", "\nAssistant:", "<|end|>", "<|im_end|>"]
    async with FakeTgi(api_key=KEY, max_stop_sequences=takes) as server, adapter(server) as model:
        assert await text(model, stop=stops) == "Hello there"
        assert server.prompts[-1].body["parameters"]["stop"] == stops[:sent]


async def test_an_unknown_option_is_refused_by_name_and_nothing_is_sent(server: FakeTgi, model: TgiModel) -> None:
    with pytest.raises(UnsupportedOptionError) as refused:
        await text(model, truncate=100)
    assert refused.value.facts["option"] == "truncate"
    assert server.prompts == []


async def test_a_stop_string_inside_a_token_ends_the_answer_and_the_servers_work(
    server: FakeTgi, model: TgiModel
) -> None:
    server.will_answer("Use sorted().", "\nHuman: and", " then", HOLD, "never")
    stop = StopRule("\nHuman:")
    answer = AnswerStream(model, prompt_value(PROMPT, "", []), GenerationOptions(), [stop], "")
    assert "".join([piece async for piece in answer]) == "Use sorted()."
    await server.client_left()


async def test_tokens_are_the_servers(server: FakeTgi, model: TgiModel) -> None:
    assert await asyncio.to_thread(model.get_num_tokens, "héllo") == len("héllo".encode())
    assert server.asked("/tokenize")[-1].body == {"inputs": "héllo"}


async def test_reading_a_prompt_costs_one_token(server: FakeTgi, model: TgiModel) -> None:
    await model.read("A dialogue.")
    [request] = server.prompts
    assert (request.body["inputs"], request.body["parameters"]["max_new_tokens"]) == ("A dialogue.", 1)


async def test_characters_split_between_packets_come_whole(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer("naïve ", "👩🏽‍💻", " 漢字", fault=TgiFault.ONE_BYTE_CHUNKS)
    assert await text(model) == "naïve 👩🏽‍💻 漢字"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\r", "\n", "\r\n"])
async def test_a_line_separator_in_the_answer_is_part_of_its_text(
    server: FakeTgi, model: TgiModel, separator: str
) -> None:
    server.will_answer(f"a{separator}b")
    assert await text(model) == f"a{separator}b"


async def test_keep_alive_comments_are_no_part_of_the_answer(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer(KEEP_ALIVE, "a", KEEP_ALIVE, "b")
    assert await text(model) == "ab"


async def test_an_answer_without_a_word_has_an_end(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer()
    [last] = await chunks(model)
    assert last.generation_info is not None
    assert last.generation_info["completion_tokens"] == 1


async def test_leaving_early_closes_the_connection(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer("a", HOLD, "b")
    async with aclosing(model._astream(PROMPT)) as stream:  # type: ignore[type-var]  # langchain says AsyncIterator
        assert (await anext(stream)).text == "a"
    await server.client_left()


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [((HOLD,), None), (("a", HOLD), None), ((), TgiFault.SILENT)],
    ids=["before the first word", "after it", "before the first byte"],
)
async def test_cancelling_closes_the_connection(
    server: FakeTgi, model: TgiModel, pieces: tuple[object, ...], fault: TgiFault | None
) -> None:
    server.will_answer(*pieces, fault=fault)
    asking = asyncio.create_task(text(model))
    await server.held()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await server.client_left()


async def test_one_connection_serves_one_answer_after_another(server: FakeTgi, model: TgiModel) -> None:
    await text(model)
    await text(model)
    assert server.connections == 1


async def test_no_connection_outlives_the_model(server: FakeTgi) -> None:
    async with adapter(server) as model:
        await text(model)
        await asyncio.to_thread(model.get_token_ids, PROMPT)
        server.will_answer("a", HOLD)
        async with aclosing(model._astream(PROMPT)) as stream:  # type: ignore[type-var]  # langchain says AsyncIterator
            await anext(stream)
        server.will_answer(status=503)
        with pytest.raises(EngineUnavailableError):
            await text(model)
    await server.no_connection_left()


async def test_this_machines_hugging_face_token_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_this_machine")
    async with FakeTgi() as server, adapter(server, key="") as model:
        await text(model)
        await asyncio.to_thread(model.get_token_ids, PROMPT)
        assert len(server.requests) == 4
        for request in server.requests:
            assert "authorization" not in request.headers


async def test_a_server_of_this_network_answers_when_the_hub_is_switched_off(
    server: FakeTgi, model: TgiModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert await text(model) == "Hello there"
