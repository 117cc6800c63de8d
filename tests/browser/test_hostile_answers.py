"""A model that means harm: whatever it says, nothing of it runs or is fetched, and the page can still be used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import answers, ask, wait_for_end
from tests.browser.chromium import visit
from tests.browser.publishing import press_publish
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp
from tests.hostile import PAYLOADS, Message, messages


class Listener:
    """Where an attacker would wait for what a page sends."""

    def __init__(self, port: int, called: list[str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.called = called


@pytest.fixture
def listener() -> Iterator[Listener]:
    called: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_error(404)

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815  # names of the base class

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Listener(server.server_port, called)
        server.shutdown()
        thread.join()


@contextmanager
def watched(page: Page, app: AppProcess) -> Iterator[list[str]]:
    """What a page does that no answer may make it do."""
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith((app.url, "data:", "blob:")) else seen.append(request.url),
    )
    yield seen
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window"
    assert (
        page.locator(
            "#log article :is(img, form:not([data-compare], [data-rating]), iframe, style, script, object, embed, math)"
        ).count()
        == 0
    )


def assert_shown(articles: Locator, said: Sequence[Message]) -> None:
    """All of each message, down to what follows its last payload."""
    for article, message in zip(articles.all(), said, strict=False):
        text = article.text_content() or ""
        assert [line for line in message.shown if line not in text] == []
        last = article.get_by_text(message.shown[-1]).last
        last.scroll_into_view_if_needed()
        expect(last).to_be_visible()


def test_nothing_of_a_hostile_answer_runs_or_is_fetched(
    context: BrowserContext, data_dir: Path, listener: Listener
) -> None:
    assert len(PAYLOADS) >= 150
    said = messages(listener.url)
    fake = FakeEngine(window=1_000_000)
    with (
        served(lambda: fake) as engine,
        ForkedApp(data_dir, backend="openai", backend_url=engine, prompt="chat/chatml") as app,
    ):
        app.wait_until_ready()
        page = context.new_page()
        with watched(page, app) as on_the_page:
            visit(page, app.url)
            for count, message in enumerate(said, 1):
                text = " " + message.text
                fake.default_pieces(*(text[at : at + 900] for at in range(0, len(text), 900)))
                # As somebody's question too: what was pasted is as hostile as what was answered.
                ask(page, message.text.replace("\x00", ""))
                wait_for_end(page, count)
                assert_shown(answers(page).last, [message])
                assert_shown(page.get_by_role("article", name="You").last, [message])
            page.reload()
            wait_for_end(page, len(said))
            assert_shown(answers(page), said)
            assert_shown(page.get_by_role("article", name="You"), said)
            page.mouse.move(600, 400)
            ask(page, "Still there?")
            wait_for_end(page, len(said) + 1)
            expect(page.get_by_role("button", name="New chat")).to_be_visible()
        conversation = page.url.partition("c=")[2]
        # By the preview, which is to be watched no less.
        page.get_by_role("link", name="Share", exact=True).click()
        press_publish(page)
        link = page.get_by_role("textbox", name="Link", exact=True).input_value()
        shared = context.new_page()
        with watched(shared, app) as on_the_shared_page:
            shared.goto(link)
            expect(shared.get_by_role("button", name="Continue this chat")).to_be_visible()
            assert shared.locator(":is(img, svg, iframe, style, script:not([src]), object, embed, math)").count() == 0
            assert_shown(shared.get_by_role("article", name="Assistant"), said)
        # A browser shows no export of ours: it is a download, whatever is in it.
        for kind in ("md", "json"):
            export = context.request.get(f"{app.url}/export/{conversation}.{kind}")
            assert export.headers["content-disposition"].startswith("attachment")
            assert export.headers["x-content-type-options"] == "nosniff"
            assert "<script>" in export.text()
            assert all(export.text().count(message.shown[-1]) >= 2 for message in said)
        assert (on_the_page, on_the_shared_page, listener.called) == ([], [], [])
        visit(page, f"{app.url}/?c={conversation}")
        expect(answers(page)).to_have_count(len(said) + 1)
