"""Downloads and uploads of conversations, over HTTP, on a database."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from assistant.portable.bounds import FILE_BYTES
from assistant.web import import_answer, transfers
from storage.sqlite import driver
from tests.integration.test_share_page import running_id
from tests.page_requests import PageRequests
from tests.portable_samples import SMALL_CHATGPT, SMALL_HUGGINGCHAT, chatgpt, node
from tests.web_app import WebApp, web_app


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def somebody(running: WebApp) -> TestClient:
    """A new browser, which has its cookie."""
    client = running.visitor()
    client.get("/").raise_for_status()
    return client


def asked(running: WebApp, client: TestClient, question: str = "How do I sort?") -> str:
    page = PageRequests(client)
    running.model.will_say(" Use `sorted()`.")
    assert page.do("send", message=question)
    return running_id(page.shown)


def lines(client: TestClient) -> list[dict[str, object]]:
    return [json.loads(line) for line in client.get("/export.jsonl").text.splitlines()]


def test_a_conversation_is_downloaded_as_markdown_and_as_json(running: WebApp, somebody: TestClient) -> None:
    conversation_id = asked(running, somebody)
    markdown = somebody.get(f"/export/{conversation_id}.md")
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "# How do I sort?\n\n## You\n\n> How do I sort?\n\n## Assistant\n\nUse `sorted()`.\n" in markdown.text
    document = somebody.get(f"/export/{conversation_id}.json")
    assert document.headers["content-type"] == "application/json"
    assert [message["text"].strip() for message in document.json()["messages"]] == ["How do I sort?", "Use `sorted()`."]
    for response, ending in ((markdown, "md"), (document, "json")):
        disposition = response.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="20')
        assert disposition.endswith(f'-how-do-i-sort.{ending}"')
        assert response.headers["cache-control"] == "private, no-store"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_all_conversations_are_downloaded_and_read_back_by_another_browser(
    running: WebApp, somebody: TestClient
) -> None:
    for question in ("How do I sort?", "How do I search?"):
        asked(running, somebody, question)
    archive = somebody.get("/export.zip")
    assert archive.headers["content-disposition"] == 'attachment; filename="tech-assistant-conversations.zip"'
    assert len(zipfile.ZipFile(io.BytesIO(archive.content)).namelist()) == 2
    other = running.visitor()
    other.get("/")
    first, again = (other.post("/import", content=archive.content).json() for _ in range(2))
    assert (first["new"], first["known"]) == (2, 0)
    assert first["told"] == "Imported. New conversations: 2. Gone on with: 0. Here already: 0."
    assert (again["new"], again["known"]) == (0, 2)
    assert {line["title"] for line in lines(other)} == {"How do I sort?", "How do I search?"}
    assert "How do I search?" in PageRequests(other).shown["conversations"]


def test_an_imported_conversation_is_opened_and_gone_on_with(running: WebApp, somebody: TestClient) -> None:
    somebody.post("/import", content=json.dumps([SMALL_CHATGPT, SMALL_HUGGINGCHAT])).raise_for_status()
    titles = {str(line["title"]): str(line["id"]) for line in lines(somebody)}
    page = PageRequests(somebody)
    assert page.do("act", action=json.dumps({"do": "open", "conversation": titles["Sorting in Python"]}))
    assert "sorted()" in page.shown["history"]
    assert "Imported from ChatGPT" in page.shown["history"]
    running.model.will_say(" Yes.")
    assert page.do("send", message="Is it stable?")
    exported = somebody.get(f"/export/{titles['Sorting in Python']}.json").json()
    assert [message["text"].strip() for message in exported["messages"]][-2:] == ["Is it stable?", "Yes."]


def test_a_long_import_says_how_far_it_is_and_then_what_came_of_it(
    somebody: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_answer, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(import_answer, "LINE_SECONDS", 0.001)
    several = [chatgpt([node("q", None, "user", "Why?")], f"long-{number}") for number in range(300)]
    told = [json.loads(line) for line in somebody.post("/import", content=json.dumps(several)).text.splitlines()]
    assert all(line["told"].startswith(("Reading… Conversations so far: ", "Importing… ")) for line in told[:-1])
    assert len(told) > 1
    assert (told[-1]["new"], told[-1]["known"]) == (300, 0)


def test_a_long_import_that_fails_says_so_at_its_end(somebody: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_answer, "SOON_SECONDS", 0.0)
    several = [*(chatgpt([node("q", None, "user", "Why?")], f"long-{number}") for number in range(50)), {}]
    *_, last = somebody.post("/import", content=json.dumps(several)).text.splitlines()
    assert json.loads(last)["failed"]
    assert "conversation 51" in json.loads(last)["told"]
    assert lines(somebody) == []


def test_what_is_somebody_elses_or_nobodys_is_not_found(running: WebApp, somebody: TestClient) -> None:
    conversation_id = asked(running, running.client)
    for ending in ("md", "json"):
        theirs = somebody.get(f"/export/{conversation_id}.{ending}")
        nobodys = somebody.get(f"/export/{'0' * 32}.{ending}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content == nobodys.content
    assert somebody.get("/export.jsonl").content == b""


@pytest.mark.parametrize("path", ["/export.zip", "/export.jsonl"])
def test_a_browser_without_a_cookie_is_told_so(running: WebApp, path: str) -> None:
    assert running.visitor().get(path).status_code == 401
    assert running.visitor().post("/import", content=b"[]").status_code == 401


@pytest.mark.parametrize("path", ["/export/x.html", "/export/", "/export", "/import/x", "/export/../healthz.md"])
def test_nothing_else_is_there(somebody: TestClient, path: str) -> None:
    assert somebody.get(path).status_code == 404


def test_another_sites_page_cannot_import(somebody: TestClient) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert somebody.post("/import", content=json.dumps(SMALL_CHATGPT), headers=headers).status_code == 403
    assert lines(somebody) == []


def test_a_broken_file_is_refused_with_its_place_and_nothing_is_imported(somebody: TestClient) -> None:
    broken = chatgpt([node("q1", None, "user", "?"), node("a1", "gone", "assistant", "!")], "two")
    refused = somebody.post("/import", content=json.dumps([SMALL_CHATGPT, broken]))
    assert refused.status_code == 422
    assert refused.text == (
        "Nothing was imported. The fault is here: conversation 2, message 2: its parent is not in the file."
    )
    assert lines(somebody) == []


def test_a_file_that_says_it_is_too_large_is_not_even_read(somebody: TestClient) -> None:
    refused = somebody.post("/import", content=b"[]", headers={"Content-Length": str(FILE_BYTES + 1)})
    assert refused.status_code == 413


def test_a_file_that_turns_out_too_large_is_read_no_further(
    somebody: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "FILE_BYTES", 100_000)
    pieces = (b" " * 50_000 for _ in range(10))
    refused = somebody.post("/import", content=pieces)
    assert refused.status_code == 413
    assert "too large" in refused.text


def test_a_failing_database_is_told_before_a_download_begins(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        asked(running, running.client)
        with closing(driver().connect(tmp_path / "assistant.db")) as connection:
            connection.execute("ALTER TABLE messages RENAME TO elsewhere")
        for response in (running.client.get("/export.zip"), send_file(running.client)):
            assert response.status_code == 503
            assert "database" in response.text


def send_file(client: TestClient) -> httpx2.Response:
    return client.post("/import", content=json.dumps(SMALL_CHATGPT))
