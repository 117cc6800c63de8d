"""What goes wrong with text-generation-inference becomes an error of ours, and nothing private gets into it."""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.backends.tgi.errors import translated
from assistant.backends.tgi.model import TgiModel
from assistant.errors.engine import (
    EngineAccessError,
    EngineError,
    EngineProtocolError,
    EngineRefusedError,
    EngineUnavailableError,
)
from assistant.errors.input import InvalidOptionError, MessageTooLongError
from assistant.errors.root import AssistantError
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.tgi_script import HOLD, KEEP_ALIVE, TgiFault
from tests.tgi_adapter import KEY, PROMPT, adapter, chunks, text

NOW = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.fixture
async def server() -> AsyncIterator[FakeTgi]:
    async with FakeTgi(api_key=KEY) as server:
        yield server


@pytest.fixture
async def model(server: FakeTgi) -> AsyncIterator[TgiModel]:
    async with adapter(server) as model:
        yield model


@pytest.mark.parametrize(
    ("script", "kind", "fault"),
    [
        ({"status": 401, "body": ""}, EngineAccessError, "refused the key"),
        ({"status": 403, "body": ""}, EngineAccessError, "refused the key"),
        ({"status": 404, "body": "Not Found"}, EngineRefusedError, "answered 404"),
        ({"status": 400, "body": f"not used by the model: ['{PROMPT}']"}, EngineRefusedError, "answered 400"),
        ({"status": 413, "body": "length limit exceeded"}, EngineRefusedError, "answered 413"),
        ({"status": 307, "body": ""}, EngineError, "answered 307"),
        ({"status": 424, "error_type": "generation"}, EngineError, "failed while answering"),
        ({"status": 429, "error_type": "overloaded"}, EngineUnavailableError, "busy"),
        ({"status": 500, "error_type": "incomplete_generation"}, EngineError, "broke the answer off"),
        ({"status": 500, "error_type": "incomplete_generation_stream"}, EngineError, "answered 500"),
        ({"status": 503, "error_type": "healthcheck"}, EngineUnavailableError, "busy"),
        ({"status": 422, "error_type": "tool_error"}, EngineRefusedError, "answered 422"),
        ({"status": 422, "error_type": "validation"}, EngineRefusedError, "refused the request"),
        ({"status": 424, "body": "<html>424</html>"}, EngineError, "answered 424"),
        ({"status": 503, "body": "<html>503</html>"}, EngineUnavailableError, "busy"),
        ({"status": 502, "body": "<html>502</html>"}, EngineUnavailableError, "a proxy answered 502"),
        ({"status": 504, "body": '["not", "the", "shape"]'}, EngineUnavailableError, "a proxy answered 504"),
        ({"error_type": "generation"}, EngineError, "failed while answering"),
        ({"error_type": "overloaded"}, EngineUnavailableError, "busy"),
        ({"error_type": "incomplete_generation"}, EngineError, "broke the answer off"),
        ({"error_type": "incomplete_generation_stream"}, EngineError, "reported an error"),
        ({"error_type": "validation"}, EngineRefusedError, "refused the request"),
        ({"fault": TgiFault.DROPPED}, EngineUnavailableError, "connection lost"),
        ({"fault": TgiFault.CUT}, EngineUnavailableError, "connection lost"),
        ({"fault": TgiFault.CUT_IN_LINE}, EngineUnavailableError, "connection lost"),
        ({"fault": TgiFault.HTML}, EngineProtocolError, "without a finish reason"),
        ({"fault": TgiFault.UNFINISHED}, EngineProtocolError, "without a finish reason"),
        ({"fault": TgiFault.HALF_LINE}, EngineProtocolError, "not an answer of the protocol"),
        ({"fault": TgiFault.HALF_CHARACTER}, EngineProtocolError, "not an answer of the protocol"),
        ({"event": "{not JSON"}, EngineProtocolError, "not an answer of the protocol"),
    ],
    ids=str,
)
async def test_each_fault_of_the_server_is_an_error_of_ours(
    server: FakeTgi,
    model: TgiModel,
    caplog: pytest.LogCaptureFixture,
    script: dict[str, Any],
    kind: type[EngineError],
    fault: str,
) -> None:
    caplog.set_level(logging.INFO)
    server.will_answer("She is 43.", error=PROMPT, **script)
    with pytest.raises(kind) as failed:
        await text(model)
    assert type(failed.value) is kind
    assert fault in str(failed.value.facts["fault"])
    told = f"{failed.value!r} {failed.value.facts} {caplog.text}"
    for private in (PROMPT, "She is 43.", KEY):
        assert private not in told


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", None),
        ("nan", None),
        ("-1", None),
        ("soon", None),
    ],
)
@pytest.mark.parametrize("error_type", ["overloaded", ""], ids=["of the server", "of a proxy"])
async def test_a_busy_server_says_when_to_come_back(
    server: FakeTgi, model: TgiModel, error_type: str, header: str, seconds: float | None
) -> None:
    server.will_answer(status=429, error_type=error_type, headers={"Retry-After": header, "Date": NOW})
    with pytest.raises(EngineUnavailableError) as busy:
        await text(model)
    assert busy.value.facts["retry_after"] == seconds
    assert busy.value.retryable


@pytest.mark.parametrize(
    ("limits", "facts"),
    [
        ({"max_input_tokens": 20}, {"size": len(PROMPT), "limit": 20, "unit": "tokens"}),
        ({"max_total_tokens": 40}, {"size": len(PROMPT) + 16, "limit": 40, "unit": "tokens"}),
    ],
    ids=["of the prompt", "of prompt and answer"],
)
async def test_a_prompt_beyond_the_servers_limit_is_refused_before_it_is_sent(
    limits: dict[str, Any], facts: dict[str, Any]
) -> None:
    async with FakeTgi(api_key=KEY, **limits) as server, adapter(server) as model:
        with pytest.raises(MessageTooLongError) as refused:
            await text(model, max_new_tokens=16)
        assert refused.value.facts == facts
        assert not refused.value.retryable
        assert server.prompts == []


@pytest.mark.parametrize(
    ("limits", "facts"),
    [
        ({"max_input_tokens": 20}, {"size": len(PROMPT), "limit": 20, "unit": "tokens"}),
        ({"max_total_tokens": 40}, {"size": len(PROMPT) + 16, "limit": 40, "unit": "tokens"}),
    ],
    ids=["of the prompt", "of prompt and answer"],
)
async def test_a_server_that_was_restarted_with_less_room_refuses_in_the_stream(
    server: FakeTgi, model: TgiModel, limits: dict[str, Any], facts: dict[str, Any]
) -> None:
    await text(model)
    server.info |= limits
    with pytest.raises(MessageTooLongError) as refused:
        await text(model, max_new_tokens=16)
    assert refused.value.facts == facts


async def test_an_option_that_the_server_refuses_is_named(server: FakeTgi, model: TgiModel) -> None:
    with pytest.raises(InvalidOptionError) as refused:
        await text(model, temperature=-1.0)
    assert refused.value.facts == {"option": "temperature", "fault": "refused by the engine"}


async def test_what_came_before_a_cut_was_handed_on(server: FakeTgi, model: TgiModel) -> None:
    server.will_answer("a", "b", fault=TgiFault.CUT)
    seen = []
    with pytest.raises(EngineUnavailableError):
        async for chunk in model._astream(PROMPT):
            seen.append(chunk.text)
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [(("a", HOLD), None), ((), TgiFault.SILENT)],
    ids=["after a word", "before the first byte"],
)
async def test_a_server_that_falls_silent_is_given_up(
    server: FakeTgi, pieces: tuple[object, ...], fault: TgiFault | None
) -> None:
    async with adapter(server, silence_seconds=0.1) as model:
        server.will_answer(*pieces, fault=fault)
        with pytest.raises(EngineUnavailableError) as silent:
            await text(model)
        assert silent.value.facts["fault"] == "timed out"
        await server.client_left()


async def test_reading_a_prompt_ends_even_where_the_server_only_keeps_the_connection_alive(server: FakeTgi) -> None:
    async with adapter(server, silence_seconds=0.1) as model:
        server.will_answer(*[KEEP_ALIVE] * 1000, keep_alive_seconds=0.02)
        with pytest.raises(EngineUnavailableError) as silent:
            await model.read(PROMPT)
        assert silent.value.facts["fault"] == "timed out"
        await server.client_left()


async def test_a_server_that_does_not_end_is_cut_off_at_the_longest_text_of_so_many_tokens(
    server: FakeTgi, model: TgiModel
) -> None:
    server.will_answer("x" * 100, fault=TgiFault.ENDLESS)
    answer = await chunks(model, max_new_tokens=4)
    assert sum(len(chunk.text) for chunk in answer) == 1000
    assert answer[-1].generation_info == {"finish_reason": "length"}
    await server.client_left()


async def test_a_probe_tells_whether_the_server_is_well(server: FakeTgi, model: TgiModel) -> None:
    served = await model.info()
    await model.probe(served)
    server.healthy = False
    with pytest.raises(EngineUnavailableError):
        await model.probe(served)


async def test_a_model_whose_tokens_cannot_be_counted_is_told_as_such(server: FakeTgi, model: TgiModel) -> None:
    server.tokenizes = False
    with pytest.raises(EngineError, match="no fast tokenizer"):
        await asyncio.to_thread(model.get_num_tokens, "four")


async def test_a_server_that_is_not_there_is_unavailable_to_every_question(server: FakeTgi, model: TgiModel) -> None:
    await server.stop()
    for question in (text(model), model.read(PROMPT), model.info(), asyncio.to_thread(model.get_token_ids, PROMPT)):
        with pytest.raises(EngineUnavailableError) as away:
            await question
        assert away.value.facts["fault"] == "cannot be reached"


async def test_a_server_without_tls_is_told_from_one_that_is_away() -> None:
    async def answer_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer_plainly, "127.0.0.1", 0) as plain:
        model = TgiModel(base_url="https://127.0.0.1:%d" % plain.sockets[0].getsockname()[1])  # noqa: UP031
        with pytest.raises(EngineUnavailableError) as insecure:
            await model.info()
        await model.aclose()
    assert insecure.value.facts["fault"] == "cannot be reached: no secure connection"


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot be reached: its address is not known"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "cannot be reached: no secure connection"),
        (ConnectionRefusedError(111, "Connection refused"), "cannot be reached"),
    ],
    ids=str,
)
def test_why_a_server_cannot_be_reached_is_told(cause: OSError, fault: str) -> None:
    with pytest.raises(EngineUnavailableError) as away, translated():
        try:
            raise cause
        except OSError as error:
            raise httpx2.ConnectError("all attempts failed") from error
    assert away.value.facts["fault"] == fault


async def test_a_wrong_key_is_refused_on_every_route(server: FakeTgi) -> None:
    async with adapter(server, key="sk-guessed") as model:
        for question in (text(model), model.read(PROMPT), asyncio.to_thread(model.get_token_ids, PROMPT)):
            with pytest.raises(EngineAccessError):
                await question


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["token", "text", "special", "details", "finish_reason", "input_length", "error"]), inner
        )
    ),
    max_leaves=8,
)


@given(event=json_values)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_json_an_event_is_only_errors_of_ours_come_of_it(
    server: FakeTgi, model: TgiModel, event: object
) -> None:
    server.will_answer(event=json.dumps(event))
    with suppress(AssistantError):
        assert isinstance(await text(model), str)
