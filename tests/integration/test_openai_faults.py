"""What can happen between this app and a server of the OpenAI protocol, each played on loopback, for both adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from pydantic import SecretStr

from assistant.backends.openai_protocol.chat import OpenAIChat
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.errors.engine import EngineError, EngineProtocolError, EngineUnavailableError
from tests.fakes.engine_script import HOLD, Fault
from tests.fakes.fake_engine import FakeEngine

Model = OpenAICompletions | OpenAIChat


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    """No test may leave a task or a connection behind."""
    tasks = asyncio.all_tasks()
    async with FakeEngine() as engine:
        yield engine
        await engine.all_left()
    assert asyncio.all_tasks() - {asyncio.current_task()} <= tasks


@pytest.fixture(params=[OpenAICompletions, OpenAIChat], ids=["prompts", "messages"])
def kind(request: pytest.FixtureRequest) -> type[Model]:
    chosen: type[Model] = request.param
    return chosen


@asynccontextmanager
async def adapter(kind: type[Model], url: str, silence_seconds: float = 5.0) -> AsyncIterator[Model]:
    model = kind(base_url=url, api_key=SecretStr("key"), silence_seconds=silence_seconds)
    try:
        yield model
    finally:
        await model.aclose()


async def answer(model: Model, **options: Any) -> list[str]:
    pieces: AsyncIterator[Any] = model.astream([HumanMessage("Hi")], **options)
    return [piece if isinstance(piece, str) else piece.text async for piece in pieces]


async def failure(model: Model, **options: Any) -> EngineError:
    with pytest.raises(EngineError) as failed:
        await answer(model, **options)
    assert failed.value.__cause__ is not None
    return failed.value


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1", "cannot be reached"),
        ("http://server.invalid", "its address is not known"),
    ],
    ids=["refused", "no such name"],
)
async def test_a_server_that_cannot_be_found_is_unavailable_in_words(kind: type[Model], url: str, told: str) -> None:
    async with adapter(kind, url) as model:
        error = await failure(model)
    assert type(error) is EngineUnavailableError
    assert told in str(error.facts["fault"])
    assert "invalid" not in str(error)


async def test_https_to_a_plain_port_is_told_as_such(engine: FakeEngine, kind: type[Model]) -> None:
    async with adapter(kind, engine.url.replace("http:", "https:")) as model:
        error = await failure(model)
    assert type(error) is EngineUnavailableError
    assert "no secure connection" in str(error.facts["fault"])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:27:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
    ids=[
        "seconds",
        "part of one",
        "no number",
        "before now",
        "a date by no clock",
        "a date",
        "a date that has passed",
        "a date of no zone",
        "words",
        "nothing",
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_says_when_to_come_back(
    engine: FakeEngine, kind: type[Model], status: int, headers: dict[str, str], seconds: float | None
) -> None:
    engine.will_answer(status=status, headers=headers)
    async with adapter(kind, engine.url) as model:
        error = await failure(model)
    assert type(error) is EngineUnavailableError
    assert error.facts == {"fault": "busy", "retry_after": seconds}
    assert error.retryable


@pytest.mark.parametrize("status", [502, 504])
async def test_a_proxy_without_its_server_is_a_server_that_is_away(
    engine: FakeEngine, kind: type[Model], status: int
) -> None:
    engine.will_answer(status=status)
    async with adapter(kind, engine.url) as model:
        assert type(await failure(model)) is EngineUnavailableError


@pytest.mark.parametrize(
    "fault", [Fault.CUT_IN_A_LINE, Fault.CUT_IN_A_CHARACTER, Fault.CUT], ids=["in a line", "in a character", "between"]
)
async def test_a_stream_that_is_cut_gives_what_came_and_then_the_error(
    engine: FakeEngine, kind: type[Model], fault: Fault
) -> None:
    engine.will_answer("a", "b", fault=fault)
    seen = []
    async with adapter(kind, engine.url) as model:
        with pytest.raises(EngineUnavailableError):
            async for piece in model.astream([HumanMessage("Hi")]):
                seen.append(piece if isinstance(piece, str) else piece.text)
    assert seen == ["a", "b"]


async def test_a_stream_that_ends_well_but_without_a_last_event_is_no_answer(
    engine: FakeEngine, kind: type[Model]
) -> None:
    engine.will_answer("a", fault=Fault.UNFINISHED)
    async with adapter(kind, engine.url) as model:
        with pytest.raises(EngineProtocolError):
            await answer(model)


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [((), Fault.SILENT), ((HOLD,), None), (("a", HOLD), None)],
    ids=["before a byte", "before a word", "after a word"],
)
async def test_a_server_that_hangs_is_given_up(
    engine: FakeEngine, kind: type[Model], pieces: tuple[object, ...], fault: Fault | None
) -> None:
    engine.will_answer(*pieces, fault=fault)
    async with adapter(kind, engine.url, silence_seconds=0.05) as model:
        error = await failure(model)
    assert type(error) is EngineUnavailableError
    assert error.facts["fault"] == "timed out"
    await engine.client_left()


async def test_a_page_instead_of_an_answer_is_an_error_of_the_protocol(engine: FakeEngine, kind: type[Model]) -> None:
    engine.will_answer(fault=Fault.HTML)
    async with adapter(kind, engine.url) as model:
        with pytest.raises(EngineProtocolError):
            await answer(model)


async def test_an_answer_without_a_word_ends_in_good_order(engine: FakeEngine, kind: type[Model]) -> None:
    engine.will_answer()
    async with adapter(kind, engine.url) as model:
        assert "".join(await answer(model)) == ""


async def test_a_server_that_does_not_end_is_cut_off_at_the_longest_text_of_so_many_tokens(
    engine: FakeEngine, kind: type[Model]
) -> None:
    engine.will_answer("x" * 100, fault=Fault.ENDLESS)
    async with adapter(kind, engine.url) as model:
        text = "".join(await answer(model, max_new_tokens=4))
        assert len(text) == 1000
        await engine.client_left()


async def test_a_server_that_goes_away_and_comes_back_answers_again(engine: FakeEngine, kind: type[Model]) -> None:
    async with adapter(kind, engine.url) as model:
        assert "".join(await answer(model)) == "Hello there"
        await engine.stop()
        assert type(await failure(model)) is EngineUnavailableError
        await engine.start()
        assert "".join(await answer(model)) == "Hello there"


async def test_what_a_server_says_of_a_refusal_is_not_taken_from_a_quoted_prompt(
    engine: FakeEngine, kind: type[Model]
) -> None:
    quoted = "cannot answer: maximum context length is 1 tokens. However, 2"
    engine.will_answer(status=500, error={"message": quoted})
    async with adapter(kind, engine.url) as model:
        assert type(await failure(model)) is EngineError


async def test_many_answers_at_once_leave_nothing_behind_when_all_are_stopped(
    engine: FakeEngine, kind: type[Model]
) -> None:
    for _ in range(8):
        engine.will_answer("a", HOLD)
    async with adapter(kind, engine.url) as model:
        asking = [asyncio.create_task(answer(model)) for _ in range(8)]
        await engine.held(8)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        # All of them, before the model is closed.
        await engine.all_left()
