"""Pages around the chat page look like it: theme, column, favicon, nothing beside a narrow window, in Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_process import AppProcess
from tests.browser.chromium import visit
from tests.browser.keeping import Keep
from tests.browser.publishing import press_publish

GROUND = "getComputedStyle(document.body).backgroundColor"
LINE_OF_TEXT = """() => {
  const words = document.querySelector(".answer p").firstChild;
  words.textContent = "Some words that are neither long nor short stand here, ".repeat(9);
  const range = document.createRange();
  range.setStart(words, 0);
  let count = 1;
  for (; count < words.length; count += 1) {
    range.setEnd(words, count);
    if (range.getClientRects().length > 1) return count - 1;
  }
  return count;
}"""


@pytest.fixture
def narrow(browser: Browser, app: AppProcess) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="zh-CN", color_scheme="dark")
    page = context.new_page()
    visit(page, app.url)
    yield page
    context.close()


def test_a_shared_page_is_read_as_the_chat_page_is(answered: Page) -> None:
    page = answered
    assert 60 <= page.evaluate(LINE_OF_TEXT) <= 85
    page.get_by_role("radio", name="Dark").check(force=True)
    ground = page.evaluate(GROUND)
    page.get_by_role("link", name="Share", exact=True).click()
    expect(page.get_by_role("button", name="Publish")).to_be_visible()
    assert page.evaluate(GROUND) == ground
    press_publish(page)
    page.goto(page.get_by_role("textbox", name="Link", exact=True).input_value())
    assert page.evaluate(GROUND) == ground
    assert 60 <= page.evaluate(LINE_OF_TEXT) <= 85
    page.emulate_media(media="print")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Tech Assistant").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_columns_of_a_table_are_set_as_they_were_written(page: Page, keep: Keep, app: AppProcess) -> None:
    table = "| Way | Kind | Time |\n|:---|:---:|---:|\n| slicing | new | 3.4 ms |\n\n| Plain |\n|---|\n| cell |"
    kept = keep("Times", ["How long does it take?", table])
    set_as = "cells => cells.map((cell) => getComputedStyle(cell).textAlign)"
    wanted = [*["left", "center", "right"] * 2, "start", "start"]
    visit(page, f"{app.url}/?c={kept.id}")
    assert page.get_by_role("log").locator("th, td").evaluate_all(set_as) == wanted
    page.get_by_role("link", name="Share", exact=True).click()
    press_publish(page)
    page.goto(page.get_by_role("textbox", name="Link", exact=True).input_value())
    assert page.locator("th, td").evaluate_all(set_as) == wanted


def test_pages_fit_a_narrow_window_and_have_the_icon(narrow: Page, app: AppProcess) -> None:
    for path in ("/shares", "/s/unknown", "/s/end/unknown"):
        narrow.goto(f"{app.url}{path}")
        assert narrow.evaluate("document.documentElement.scrollWidth") == 320
        assert narrow.locator("link[rel=icon]").get_attribute("href") == "/site/icon.svg"
        assert narrow.locator("html").get_attribute("lang") == "zh-CN"
        expect(narrow.get_by_role("banner").get_by_role("link", name="技术助手")).to_be_visible()
        expect(narrow.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
