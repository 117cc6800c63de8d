"""What we send to text-generation-inference, and what the fake of it answers, have the published shapes."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from assistant.backends.tgi.model import TgiModel
from assistant.backends.tgi.parameters import tgi_parameters
from assistant.conversation import GenerationOptions
from assistant.errors.engine import EngineError
from tests.fakes.fake_tgi import FakeTgi
from tests.tgi_schema import ANSWERS, ERROR, REQUESTS, CompatGenerateRequest, GenerateParameters

EDGES = [
    GenerationOptions(),
    GenerationOptions(temperature=0, top_p=1, top_k=0, repetition_penalty=1, max_new_tokens=1, seed=0),
    GenerationOptions(temperature=2, top_p=1, top_k=0, repetition_penalty=2, max_new_tokens=4096, seed=2**31 - 1),
    GenerationOptions(temperature=0, top_p=0.01, top_k=200),
]


@pytest.fixture
async def server() -> AsyncIterator[FakeTgi]:
    async with FakeTgi() as server:
        yield server


@pytest.fixture
async def model(server: FakeTgi) -> AsyncIterator[TgiModel]:
    model = TgiModel(base_url=server.url)
    yield model
    await model.aclose()


def assert_told_in_shape(server: FakeTgi) -> None:
    assert server.sent
    for route, text in server.sent:
        shape: TypeAdapter[Any] = ERROR if '"error_type"' in text else ANSWERS[route]
        shape.validate_json(text)


@pytest.mark.parametrize("options", EDGES, ids=repr)
@pytest.mark.parametrize("stops", [None, [], ["\nHuman:"], [f"<{number}>" for number in range(9)]], ids=repr)
async def test_every_request_that_goes_out_has_the_published_shape(
    server: FakeTgi, model: TgiModel, options: GenerationOptions, stops: list[str] | None
) -> None:
    assert await model.ainvoke("Who?", stop=stops, **options.model_dump()) == "Hello there"
    await model.read("A dialogue.")
    posted = [request for request in server.requests if request.method == "POST"]
    assert len(posted) == 3
    for request in posted:
        REQUESTS[request.path].validate_python(request.body)


@given(
    options=st.builds(
        GenerationOptions,
        temperature=st.floats(0, 2),
        top_p=st.floats(0, 1, exclude_min=True),
        top_k=st.integers(0, 200),
        repetition_penalty=st.floats(1, 2),
        max_new_tokens=st.integers(1, 4096),
        seed=st.none() | st.integers(0, 2**31 - 1),
    ),
    stops=st.lists(st.text(min_size=1, max_size=3), max_size=9),
)
def test_whatever_the_options_are_the_server_accepts_them(options: GenerationOptions, stops: list[str]) -> None:
    parameters = tgi_parameters(options.model_dump(), stops, 4)
    accepted = GenerateParameters.model_validate(parameters)
    assert accepted.stop == stops[:4]
    assert accepted.seed == options.seed
    samples = {"temperature", "top_p", "top_k"} & set(parameters)
    assert accepted.do_sample == bool(samples) == (options.temperature > 0)


@pytest.mark.parametrize("route", ["/", "/generate_stream"])
@pytest.mark.parametrize(
    ("pieces", "script"),
    [
        (("a", "b"), {}),
        ((), {}),
        (("a",), {"finish_reason": "length"}),
        (("a",), {"error_type": "generation"}),
        (("a",), {"error_type": "incomplete_generation_stream"}),
        ((), {"status": 429, "error_type": "overloaded"}),
    ],
    ids=str,
)
async def test_every_event_of_the_fake_has_the_published_shape(
    server: FakeTgi, route: str, pieces: tuple[str, ...], script: dict[str, Any]
) -> None:
    server.will_answer(*pieces, **script)
    async with httpx2.AsyncClient(base_url=server.url) as client:
        await client.post(route, json={"inputs": "Who?", "stream": True})
    assert_told_in_shape(server)


@pytest.mark.parametrize("route", ["/", "/generate"])
@pytest.mark.parametrize(
    "parameters", [{}, {"details": False}, {"do_sample": True, "seed": 7}, {"top_p": 1.0}], ids=str
)
async def test_every_whole_answer_of_the_fake_has_the_published_shape(
    server: FakeTgi, route: str, parameters: dict[str, Any]
) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as client:
        await client.post(route, json={"inputs": "Who?", "parameters": parameters})
    assert_told_in_shape(server)


async def test_what_the_fake_tells_of_itself_has_the_published_shape(server: FakeTgi) -> None:
    server.healthy = False
    async with httpx2.AsyncClient(base_url=server.url) as client:
        await client.get("/info")
        await client.get("/health")
        await client.post("/tokenize", json={"inputs": "Who?"})
    assert len(server.sent) == 3
    assert_told_in_shape(server)


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 0.0},
        {"top_p": 1.0},
        {"top_p": 0.0},
        {"top_k": 0},
        {"repetition_penalty": 0.0},
        {"stop": ["a", "b", "c", "d", "e"]},
    ],
    ids=str,
)
async def test_the_fake_refuses_what_the_published_bounds_exclude(server: FakeTgi, parameters: dict[str, Any]) -> None:
    body = {"inputs": "Who?", "parameters": parameters}
    with pytest.raises(ValidationError):
        CompatGenerateRequest.model_validate(body)
    async with httpx2.AsyncClient(base_url=server.url) as client:
        answer = await client.post("/generate", json=body)
    assert (answer.status_code, answer.json()["error_type"]) == (422, "validation")


async def test_a_cut_of_the_prompt_is_no_shape_of_ours() -> None:
    with pytest.raises(ValidationError):
        GenerateParameters.model_validate({"truncate": 100})


@given(status=st.sampled_from([400, 401, 422, 424, 429, 500, 503]), body=st.text(max_size=40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_the_body_of_a_refusal_is_it_is_an_error_of_ours(
    server: FakeTgi, model: TgiModel, status: int, body: str
) -> None:
    server.will_answer(status=status, body=body)
    with suppress(EngineError):
        await model.ainvoke("Who?")
        raise AssertionError("the refusal went unnoticed")
