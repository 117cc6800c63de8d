"""Whatever is sent to whichever route: the app answers, and never with an error of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.oidc_provider import OidcProvider
from tests.http_fuzz import Routes, try_events, try_requests, walked_app
from tests.ownership import MARK
from tests.page_requests import PageRequests
from tests.person import Person
from tests.web_app import WebApp, web_app

# What the app draws at random, in a thread of its own, hypothesis takes for a fault of the strategies.
OTHERS_DRAW = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
pytestmark = OTHERS_DRAW


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, provider: OidcProvider, tmp_path: Path) -> Iterator[WebApp]:
    others = {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}
    with walked_app(tmp_path, provider, **others) as running:
        yield running


def test_no_request_makes_the_app_fail(running: WebApp) -> None:
    walked = {path for _, path in Routes.of(running).served}
    assert {
        "/healthz",
        "/metrics",
        "/auth/callback",
        "/export/{conversation_id}.md",
        "/gradio_api/queue/join",
    } <= walked
    owner = Person(running, MARK)
    assert try_requests(running, owner, examples=250) >= 200
    assert try_events(running, owner, examples=40) >= 30


def test_what_no_database_takes_for_an_id_is_of_nothing_that_is_there(running: WebApp) -> None:
    owner = Person(running, MARK)
    for odd in ("%00", "x%00", "9" * 41):
        for path in (f"/export/{odd}.md", f"/shares/{odd}/update", f"/shares/{owner.things.share}/versions/{odd}"):
            assert owner.browser.get(path).status_code in (404, 422)
    for odd in ("[" * 1000, '{"conversation_id": "\\ud800"}', '{"conversation_id": "\\u0000"}', '{"leaf_id": "x"}'):
        assert owner.browser.post("/context", json={"position": odd}).status_code in (200, 204)
    for odd in ("\0", "x" * 65, "\ud800".encode("utf-16-le", "surrogatepass").decode("latin-1")):
        assert owner.browser.get("/draft", params={"c": odd}).status_code == 404
        assert "There is no such" in PageRequests(owner.browser, opened=odd).shown["notice"]
    for odd in ("\0", "\ud800"):
        for action in (
            {"do": "open", "conversation": odd},
            {"do": "delete", "conversations": [odd]},
            {"do": "see", "message": odd},
        ):
            assert owner.page.do("act", action=json.dumps(action))
            assert "went wrong" not in owner.page.shown["notice"]


@pytest.mark.parametrize("number", [-1, 10**6, None])
def test_an_event_that_there_is_not_is_refused(tmp_path: Path, number: int | None) -> None:
    with web_app(tmp_path) as running:
        event = {"fn_index": number, "data": [], "session_hash": "x"}
        assert 400 <= running.visitor().post("/gradio_api/queue/join", json=event).status_code < 500


@pytest.mark.parametrize("path", ["/context", "/draft", "/gradio_api/queue/join"])
def test_a_body_that_is_no_text_is_refused_and_not_sent_back(tmp_path: Path, path: str) -> None:
    with web_app(tmp_path) as running:
        refused = running.visitor().request("PUT" if path == "/draft" else "POST", path, content=b"\xff<canary>")
        assert 400 <= refused.status_code < 500
        assert b"canary" not in refused.content
