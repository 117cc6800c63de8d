"""What the web app lets in, and what every answer of it carries."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from gradio.queueing import Queue
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from assistant.web.security import is_open
from tests.page_requests import PageRequests
from tests.web_app import WebApp, gradio_in, web_app

JOIN = "/gradio_api/queue/join"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def browser(running: WebApp) -> TestClient:
    return running.visitor()


# The queue of the page's events


@pytest.mark.parametrize("name", ["", None, "\0", "\ud800", "a b"])
def test_an_event_of_a_page_without_a_name_is_not_taken(browser: TestClient, name: str | None) -> None:
    page = PageRequests(browser)
    for event in page.events.values():
        # In ASCII: no encoding has half a character.
        sent = json.dumps({"data": [], "fn_index": event["id"], "session_hash": name})
        refused = browser.post(JOIN, content=sent, headers={"Content-Type": "application/json"})
        assert 400 <= refused.status_code < 500
    assert page.do("new_chat")


def test_events_whose_pages_were_forgotten_end_no_other_pages_events(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        pages = [PageRequests(running.visitor()) for _ in range(2)]
        queue, portal = _queue(running), running.client.portal
        assert portal
        # Nobody's turn comes meanwhile.
        portal.call(queue.delete_lock.acquire)
        for page in pages:
            page.join("new_chat").raise_for_status()

        async def forget() -> None:
            # As Gradio does by itself, of more than 2000.
            queue.pending_messages_per_session.clear()
            queue.delete_lock.release()

        portal.call(forget)
        assert [page.do("new_chat") for page in pages] == [True, True]


def _queue(running: WebApp) -> Queue:
    mounted = (getattr(route, "app", None) for route in running.client.app.routes)  # type: ignore[attr-defined]  # a FastAPI app
    queue: Queue = next(each.blocks for each in mounted if hasattr(each, "blocks"))._queue
    return queue


# Origins


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_what_another_sites_page_sends_is_refused(browser: TestClient, headers: dict[str, str]) -> None:
    refused = browser.post(JOIN, json={}, headers=headers)
    assert refused.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
def test_what_the_own_page_sends_is_not(browser: TestClient, headers: dict[str, str]) -> None:
    assert browser.post(JOIN, json={}, headers=headers).status_code == 422


def test_other_sites_may_not_read_answers(browser: TestClient) -> None:
    seen = browser.get("/config", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in seen.headers
    assert "access-control-allow-credentials" not in seen.headers


# Files


@pytest.fixture(params=["/etc/passwd", "assistant.db"])
def secret_file(running: WebApp, request: pytest.FixtureRequest) -> Path:
    return running.data_dir / request.param


@pytest.mark.parametrize(
    "route", ["/gradio_api/file=", "/file=", "/gradio_api/file/", "/static/", "/assets/", "/site/", "/svelte/"]
)
def test_no_route_gives_a_file_of_the_server(browser: TestClient, route: str, secret_file: Path) -> None:
    for path in (str(secret_file), "..%2f" * 12 + str(secret_file).lstrip("/"), "../" * 12 + str(secret_file)):
        seen = browser.get(route + path)
        assert seen.status_code in (400, 403, 404)
        assert b"root:" not in seen.content
        assert b"SQLite format" not in seen.content


@pytest.mark.parametrize("event", ["send", "act", "keep_options"])
def test_an_input_that_names_a_file_of_the_server_is_refused(running: WebApp, event: str, secret_file: Path) -> None:
    page = PageRequests(running.client)
    before = dict(page.shown)
    file = {"path": str(secret_file), "url": None, "meta": {"_type": "gradio.FileData"}}
    assert not page.do(event, message=file, action=file, position=file, Seed=file)
    assert page.shown == before


def test_what_gradio_itself_fails_at_is_not_told(running: WebApp) -> None:
    page = PageRequests(running.client)
    file = {"path": "/nowhere", "meta": {"_type": "gradio.FileData"}}
    page.join("send", message=file).raise_for_status()
    *_, completed = (message for message in page.follow() if message["msg"] == "process_completed")
    assert completed["success"] is False
    assert completed["output"] == {"error": None}


# Routes


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/robots.txt", "/gradio_api/app_id", "/page.js", "/page.css"]
)
def test_what_the_page_needs_is_open(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/assets/", "/static/", "/s/", "/export/"])
def test_a_path_longer_than_a_file_name_is_nowhere(browser: TestClient, path: str) -> None:
    assert browser.get(path + "a" * 3000).status_code == 404


def test_of_gradios_own_routes_only_these_are_open(running: WebApp) -> None:
    app = running.client.app
    assert isinstance(app, FastAPI)
    paths = {path for path in paths_of(gradio_in(app).routes) if is_open(path.replace("{", "").replace("}", ""))}
    assert paths == {
        "/",
        "/assets/{path:path}",
        "/config",
        "/favicon.ico",
        "/gradio_api/app_id",
        "/gradio_api/cancel",
        "/gradio_api/heartbeat/{session_hash}",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        "/gradio_api/startup-events",
        "/manifest.json",
        "/robots.txt",
        "/static/{path:path}",
        "/svelte/{path:path}",
        "/theme.css",
    }


def paths_of(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from paths_of(inner.routes)
        elif path := getattr(route, "path", None):
            yield path


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/run/send",
        "/gradio_api/api/send",
        "/gradio_api/call/send",
        "/gradio_api/proxy=https://evil.example",
        "/gradio_api/stream/x",
        "/monitoring",
        "/login",
        "/openapi.json",
        "/docs",
        "/queue/join",
        "//gradio_api/upload",
        "/gradio_api/queue/join/../upload",
    ],
)
def test_everything_else_is_not_there(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == browser.post(path, json={}).status_code == 404


# Headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/config", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/robots.txt", 200),
        ("GET", "/site/chat.js", 200),
        ("GET", "/site/none.js", 404),
        ("GET", "/monitoring", 404),
        ("GET", "/s/unknown", 404),
        ("POST", "/s/unknown/continue", 404),
        ("POST", JOIN, 422),
        ("PUT", "/", 405),
    ],
)
def test_every_kind_of_response_carries_the_security_headers(
    browser: TestClient, method: str, path: str, status: int
) -> None:
    seen = browser.request(method, path, json={} if method == "POST" else None)
    assert seen.status_code == status
    policy = seen.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy
    assert "object-src 'none'" in policy or "default-src 'none'" in policy
    assert "frame-ancestors" in policy
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "camera=()" in seen.headers["permissions-policy"]


@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_the_pages_own_inline_scripts_are_allowed_by_hash(browser: TestClient, encoding: str) -> None:
    page = browser.get("/", headers={"Accept-Encoding": encoding})
    assert "'sha256-" in page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("style-src")[0]
