"""The server goes away and comes back, a cookie is lost, a new version is deployed: the page stays, and says so."""

import json
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, answers, ask, wait_for_end
from tests.browser.chromium import visit
from tests.browser.scripts import UNENDED
from tests.fakes.engine_script import HOLD
from tests.fakes.fake_engine import FakeEngine
from tests.forked_app import ForkedApp

AWAY = "The server cannot be reached."


def mark(page: Page) -> None:
    page.evaluate("window.isTheSamePage = true")


def is_the_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.isTheSamePage === true"))


def test_a_restart_in_the_middle_of_an_answer_needs_no_reload(
    context: BrowserContext, data_dir: Path, engine: FakeEngine
) -> None:
    with ForkedApp(data_dir, backend="openai", backend_url=engine.url) as app:
        app.wait_until_ready()
        page = context.new_page()
        visit(page, app.url)
        engine.will_answer(*UNENDED)
        ask(page, "And in reverse?")
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        mark(page)
        app.stop(signal.SIGKILL)
        page.get_by_role("textbox", name="Message").fill(QUESTION)
        expect(page.get_by_text(AWAY)).to_be_visible()
        app.start()
        expect(page.get_by_text(AWAY)).to_be_hidden()
        expect(page.get_by_text("Interrupted before it was finished.")).to_be_visible()
        expect(page.get_by_role("textbox", name="Message")).to_have_value(QUESTION)
        page.get_by_role("button", name="Send").click()
        wait_for_end(page, 2)
        assert is_the_same_page(page)


def test_what_is_sent_offline_is_asked_once_when_the_connection_is_back(page: Page) -> None:
    mark(page)
    page.context.set_offline(True)
    expect(page.get_by_text(AWAY)).to_be_visible()
    ask(page, QUESTION)
    page.context.set_offline(False)
    wait_for_end(page)
    expect(page.get_by_text(AWAY)).to_be_hidden()
    expect(page.get_by_role("log").get_by_role("article", name="You")).to_have_count(1)
    assert is_the_same_page(page)


def test_an_answer_that_is_written_while_the_page_is_offline_is_followed_again(page: Page, engine: FakeEngine) -> None:
    engine.will_answer(*UNENDED)
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text(AWAY)).to_be_visible()
    engine.release()
    page.context.set_offline(False)
    wait_for_end(page)
    expect(answers(page)).to_have_count(1)
    expect(answers(page)).to_contain_text("Line 39 of")


def test_a_browser_that_lost_its_cookie_begins_anew_with_the_words_in_the_box(page: Page, app: AppProcess) -> None:
    page.context.clear_cookies()
    page.get_by_role("textbox", name="Message").fill(QUESTION)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("alert").get_by_text("is not known here any more")).to_be_visible()
    page.get_by_role("button", name="Begin anew").click()
    expect(page.get_by_role("alert").get_by_text("is not known here any more")).to_be_hidden()
    expect(page).to_have_url(app.url + "/")
    expect(page.get_by_role("textbox", name="Message")).to_have_value(QUESTION)
    page.get_by_role("button", name="Send").click()
    wait_for_end(page)


def test_a_page_of_an_old_version_is_told_so_by_the_first_word_of_the_new_one(page: Page, app: AppProcess) -> None:
    """As from the browser's memory, or where the server has changed since it gave the document away."""

    def older(route: Route) -> None:
        answer = route.fetch()
        document = re.sub('name="build" content="[0-9a-f]+"', 'name="build" content="older"', answer.text())
        route.fulfill(response=answer, body=document)

    page.route(app.url + "/", older)
    visit(page, app.url)
    expect(page.get_by_text("There is a new version of this page.")).to_be_visible()
    page.unroute(app.url + "/")
    page.get_by_role("button", name="Reload").click()
    page.locator("[data-conversation]").first.wait_for()
    expect(page.get_by_text("There is a new version of this page.")).to_be_hidden()


def test_a_new_version_is_told_and_taken_by_a_reload_that_keeps_what_is_typed(page: Page) -> None:
    def newer(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps({"build": "newer", "known": True}))

    page.get_by_role("textbox", name="Message").fill(QUESTION)
    page.route("**/here", newer)
    page.evaluate("dispatchEvent(new Event('online'))")
    told = page.get_by_text("There is a new version of this page.")
    expect(told).to_be_visible()
    page.unroute("**/here")
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value(re.compile("reverse"))
    expect(told).to_be_hidden()


# What the page's script hears of its streams: the end a second late, or never, or only that the connection is closed;
# or nothing at all from some moment on.
LATE = "(text, isEnd, next) => setTimeout(() => next(text), isEnd ? 1000 : 0)"
LOST = "(text, isEnd, next) => isEnd || next(text)"
CUT_OFF = "(text, isEnd, next) => next(isEnd ? null : text)"
DEAD = "(text, isEnd, next, number) => number <= window.died || next(text)"
STREAMS = r"""(() => {
  window.opened = 0;
  const hears = %s;
  const request = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await request(...asked);
    if (!String(asked[0].url ?? asked[0]).includes("/queue/data")) return answer;
    const number = ++window.opened;
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    const pull = async (stream) => {
      const { done, value } = await reader.read();
      if (done) return new Promise(() => {});
      const next = (text) => (text === null ? stream.close() : stream.enqueue(new TextEncoder().encode(text)));
      for (const text of decoder.decode(value, { stream: true }).split(/(?=data: \{"msg":"close_stream")/)) {
        const isEnd = text.startsWith('data: {"msg":"close_stream"');
        await new Promise((resolve) => hears(text, isEnd, (heard) => resolve(next(heard)), number));
      }
    };
    return new Response(new ReadableStream({ pull, cancel: () => reader.cancel() }), answer);
  };
})();"""


def page_that(hears: str, context: BrowserContext, app: AppProcess) -> Page:
    page = context.new_page()
    page.add_init_script(STREAMS % hears)
    visit(page, app.url)
    return page


@pytest.mark.parametrize("hears", [LATE, LOST, CUT_OFF], ids=["late", "lost", "cut off"])
def test_a_question_that_is_asked_as_a_stream_of_events_ends_is_answered(
    context: BrowserContext, app: AppProcess, hears: str
) -> None:
    page = page_that(hears, context, app)
    for count in (1, 2):
        ask(page, QUESTION)
        wait_for_end(page, count)


def test_an_answer_whose_connection_has_died_is_taken_up_with_what_is_done_next(
    context: BrowserContext, app: AppProcess, engine: FakeEngine
) -> None:
    page = page_that(DEAD, context, app)
    engine.will_answer(" Half", HOLD, " and half.")
    ask(page, QUESTION)
    expect(answers(page).get_by_text("Half")).to_be_visible()
    page.evaluate("window.died = window.opened")
    with page.expect_event("requestfinished", lambda request: "/queue/data" in request.url):
        engine.release()
    page.get_by_role("button", name="Stop").click()
    wait_for_end(page)
    expect(answers(page)).to_contain_text("Half and half.")
