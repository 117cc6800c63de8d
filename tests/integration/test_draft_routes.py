"""Drafts over HTTP: each person's own, bounded, and never over what is newer."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data"), message_limit=20) as running:
        yield running


@pytest.fixture
def browser(running: WebApp) -> TestClient:
    browser = running.visitor()
    browser.get("/")
    return browser


def test_a_draft_is_kept_for_its_typist_alone(running: WebApp, browser: TestClient) -> None:
    assert browser.get("/draft").json() == {"text": "", "version": ""}
    kept = browser.put("/draft", json={"text": "How do I", "seen": ""})
    assert (kept.status_code, kept.headers["cache-control"]) == (200, "private, no-store")
    assert browser.get("/draft").json() == {"text": "How do I", "version": kept.json()["version"]}
    other = running.visitor()
    other.get("/")
    assert other.get("/draft").json()["text"] == ""
    assert running.visitor().get("/draft").status_code == 401


def test_a_stale_tab_is_given_what_is_newer(browser: TestClient) -> None:
    first = browser.put("/draft", json={"text": "One", "seen": ""}).json()["version"]
    newer = browser.put("/draft", json={"text": "Two", "seen": first}).json()
    refused = browser.put("/draft", json={"text": "Three", "seen": first})
    assert (refused.status_code, refused.json()) == (409, {"text": "Two", "version": newer["version"]})
    assert browser.put("/draft", json={"text": "Two", "seen": first}).status_code == 200


def test_nobody_has_a_draft_in_a_conversation_of_others(running: WebApp, browser: TestClient) -> None:
    page = PageRequests(running.client)
    running.model.will_say(" Yes.")
    assert page.do("send", message="One?")
    conversation_id = running.client.get("/export.jsonl").json()["id"]
    assert running.client.get("/draft", params={"c": conversation_id}).status_code == 200
    for path in (f"/draft?c={conversation_id}", "/draft?c=never"):
        assert browser.get(path).status_code == 404
        assert browser.put(path, json={"text": "x", "seen": ""}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"text": "x"}', 422),
        (b'{"text": "x", "seen": "", "more": 1}', 422),
        (b'{"text": "' + b"x" * 21 + b'", "seen": ""}', 422),
        (b" " * 8_000_001, 413),
    ],
    ids=["cut off", "no object", "no version", "unknown", "too long", "huge"],
)
def test_what_is_no_draft_is_refused(browser: TestClient, body: bytes, status: int) -> None:
    assert browser.put("/draft", content=body).status_code == status
    assert browser.get("/draft").json()["text"] == ""


def test_another_sites_page_keeps_nothing(browser: TestClient) -> None:
    sent = browser.put("/draft", json={"text": "x", "seen": ""}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert browser.get("/draft").json()["text"] == ""
