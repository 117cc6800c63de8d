"""What the page's own files weigh on their way, and how long a browser may keep them."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.web.delivery import Delivery

TEXT = "A line of text that comes again and again.\n" * 100


@pytest.fixture(scope="module")
def browser() -> TestClient:
    async def answer(request: Request) -> Response:
        return PlainTextResponse(TEXT, 404 if "none" in request.url.path else 200)

    return TestClient(Delivery(Starlette(routes=[Route("/{path:path}", answer)])))


@pytest.mark.parametrize("path", ["/", "/page.js?v=1", "/page.css?v=1"])
def test_the_document_and_its_files_are_compressed(browser: TestClient, path: str) -> None:
    response = browser.get(path)
    assert response.headers["content-encoding"] == "gzip"
    assert response.text == TEXT
    assert browser.get(path, headers={"Accept-Encoding": "identity"}).text == TEXT


@pytest.mark.parametrize("path", ["/s/shared", "/shares", "/draft", "/export/a.md", "/gradio_api/queue/data"])
def test_what_a_person_wrote_is_not(browser: TestClient, path: str) -> None:
    assert "content-encoding" not in browser.get(path).headers


@pytest.mark.parametrize("path", ["/assets/index-1a2b.js", "/page.js?v=1", "/page.css?v=1", "/site/icon.svg?v=1"])
def test_what_changes_its_address_with_its_content_is_kept_for_ever(browser: TestClient, path: str) -> None:
    assert "immutable" in browser.get(path).headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/page.js", "/site/icon.svg", "/s/shared?v=1", "/assets/none.js"])
def test_anything_else_is_not(browser: TestClient, path: str) -> None:
    assert "cache-control" not in browser.get(path).headers
