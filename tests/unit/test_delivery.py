"""What the page's own files weigh on their way, and how long a browser may keep them."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.web.delivery import Delivery, KeptFiles

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


class Files:
    """Like Gradio's: says what it was asked for, and how it was compressed. Counts."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        accepted = request.headers["accept-encoding"]
        way = next((name for name in ("br", "gzip") if name in accepted), "as it is")
        return PlainTextResponse(f"{request.url.path} {way} " * 10, 404 if "none" in request.url.path else 200)

    def served(self, **bounds: int) -> TestClient:
        return TestClient(KeptFiles(Starlette(routes=[Route("/{path:path}", self.answer)]), **bounds))


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip", "identity"])
def test_what_changes_its_name_with_its_content_is_made_once_for_each_way_to_compress_it(accepted: str) -> None:
    files = Files()
    browser = files.served()
    others = {"Accept-Encoding": "br, gzip" if accepted == "identity" else "identity"}
    first, *again = [browser.get("/assets/a-1b.js", headers={"Accept-Encoding": accepted}) for _ in range(3)]
    assert files.asked == 1
    assert {(each.status_code, each.text, str(each.headers)) for each in again} == {
        (200, first.text, str(first.headers))
    }
    assert browser.get("/assets/a-1b.js", headers=others).text != first.text
    assert browser.get("/assets/b-1b.js", headers={"Accept-Encoding": accepted}).text != first.text


@pytest.mark.parametrize("path", ["/assets/none.js", "/page.js?v=1", "/s/shared"])
def test_anything_else_is_asked_for_anew(path: str) -> None:
    files = Files()
    browser = files.served()
    for _ in range(2):
        browser.get(path)
    browser.head("/assets/a-1b.js")
    browser.get("/assets/a-1b.js")
    assert files.asked == 4


def test_what_is_outside_does_not_change_what_is_kept() -> None:
    files = Files()
    browser = TestClient(Delivery(KeptFiles(Starlette(routes=[Route("/{path:path}", files.answer)]))))
    headers = [browser.get("/assets/a-1b.js").headers.get_list("cache-control") for _ in range(3)]
    assert headers == [["public, max-age=31536000, immutable"]] * 3


def test_no_more_is_kept_than_there_is_room_for() -> None:
    files = Files()
    browser = files.served(most_bytes=500)
    for name in ("a", "b", "c", "a", "b", "c"):
        browser.get(f"/assets/{name}.js", headers={"Accept-Encoding": "identity"})
    assert files.asked == 4
