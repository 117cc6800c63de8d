"""The rules that every request has to pass, where an app of one route shows them best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.errors.app import ConversationBusyError, NotFoundError, StorageError
from assistant.errors.engine import DrainingError, EngineError, EngineUnavailableError
from assistant.errors.input import InputError
from assistant.errors.root import AssistantError
from assistant.errors.visitor import NoIdentityError
from assistant.web.problem import problem
from assistant.web.security import OwnOriginOnly, SecurityHeaders, is_open
from assistant.wording import Wording


async def crash(_: Request) -> Response:
    raise RuntimeError("the cook is ill")


async def crash_late(_: Request) -> Response:
    def body() -> object:
        yield "begun"
        raise RuntimeError("the cook fell ill")

    return StreamingResponse(body())  # type: ignore[arg-type]  # a generator of text


async def serve(_: Request) -> Response:
    return PlainTextResponse("served")


def client(public_url: str = "", **of_the_client: object) -> TestClient:
    routes = [Route("/crash", crash), Route("/late", crash_late), Route("/", serve, methods=["GET", "POST", "DELETE"])]
    middleware = [Middleware(SecurityHeaders), Middleware(OwnOriginOnly, public_url=public_url)]
    return TestClient(Starlette(routes=routes, middleware=middleware), **of_the_client)  # type: ignore[arg-type]  # by name


def test_a_crash_is_answered_with_the_headers_and_without_the_reason() -> None:
    crashed = client(raise_server_exceptions=False).get("/crash")
    assert crashed.status_code == 500
    assert "cook" not in crashed.text
    assert crashed.headers["content-security-policy"]
    assert crashed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/crash", "/late"])
def test_a_crash_is_passed_on_so_that_it_is_logged(path: str) -> None:
    with pytest.raises(RuntimeError, match="the cook"):
        client().get(path)


def test_the_public_address_is_the_own_origin_too() -> None:
    behind_proxy = client("https://chat.example")
    assert behind_proxy.post("/", headers={"Origin": "https://chat.example"}).status_code == 200
    assert behind_proxy.post("/", headers={"Origin": "https://other.example"}).status_code == 403
    assert behind_proxy.delete("/", headers={"Origin": "https://other.example"}).status_code == 403


def test_reading_is_not_refused_by_origin() -> None:
    assert client().get("/", headers={"Origin": "https://evil.example"}).status_code == 200


@given(origin=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_no_origin_but_the_own_one_is_accepted(origin: str) -> None:
    seen = TEST_CLIENT.post("/", headers={"Origin": origin})
    assert seen.status_code == (200 if origin.lower().partition("://")[2].partition("/")[0] == "testserver" else 403)


TEST_CLIENT = client()


@given(path=st.text(st.sampled_from("/.gradio_apiqueuejoinfile=%"), max_size=40))
def test_a_path_is_open_only_when_it_is_one_of_those_or_below_one(path: str) -> None:
    exact = {
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/robots.txt",
        "/config",
        "/theme.css",
        "/favicon.ico",
        "/manifest.json",
    }
    below = ("/site/", "/s/", "/assets/", "/static/", "/svelte/", "/gradio_api/")
    assert not is_open(path) or path in exact or path.startswith(below)


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (NotFoundError(kind="share"), 404, None),
        (NoIdentityError(), 401, None),
        (ConversationBusyError(run_id="r"), 409, "5"),
        (InputError(), 422, None),
        (StorageError(fault="it is locked"), 503, "5"),
        (DrainingError(retry_after=10), 503, "10"),
        # The header knows whole seconds alone; the next one up, so that nobody comes too early.
        (EngineUnavailableError(fault="busy", retry_after=0.5), 503, "1"),
        (EngineUnavailableError(fault="busy", retry_after=None), 503, "5"),
        (EngineError(fault="answered 500"), 503, "5"),
        (AssistantError(), 500, None),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_each_error_has_its_status_its_words_and_when_to_come_back(
    error: AssistantError, status: int, retry_after: str | None
) -> None:
    answered = problem(Wording(), error)
    assert answered.status_code == status
    assert answered.headers.get("retry-after") == retry_after
    assert answered.headers["cache-control"] == "no-store"
    assert bytes(answered.body).decode() == Wording().error(error)
