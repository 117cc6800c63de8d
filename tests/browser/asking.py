"""What a person does on the page in nearly every test: ask, wait, keep answers short."""

import re

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.chromium import wait_until
from tests.browser.prompts import COUNT

QUESTION = "How do I reverse a list in Python?"
EXAMPLE = QUESTION
"""One of those that the page offers."""
LONG_QUESTION = "Write a long tutorial about Python lists with many examples."
EDITING = "You are asking an earlier question anew"
ANSWER_TIME = 120_000


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def edit(page: Page) -> None:
    """The last question. Gradio fills the page's fields one after another: nobody types before the last of them, as a
    test would."""
    page.get_by_role("log").get_by_role("button", name="Edit").last.click()
    wait_until(page, "() => JSON.parse(hidden.field('position').value).editing_id")
    expect(page.get_by_text(EDITING)).to_be_visible()


def answers(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article", name="Assistant")


def wait_for_end(page: Page, count: int = 1) -> None:
    """Until the page shows `count` answers, the last one finished."""
    expect(answers(page)).to_have_count(count, timeout=ANSWER_TIME)
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible(timeout=ANSWER_TIME)


def wait_for_text(page: Page) -> None:
    expect(answers(page).last.locator("p, li, pre").first).to_have_text(
        re.compile(r"\w{2,}.*\w{2,}"), timeout=ANSWER_TIME
    )


def open_settings(page: Page) -> None:
    """Gradio makes their controls now, and gives each its first value once more in the next frame: nobody has set
    one by then, as a test would. The prompt's tokens are asked for after that frame."""
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_text(COUNT)).to_be_visible()


def keep_it_short(page: Page) -> None:
    """Answers of a few words, for what is not about answers."""
    open_settings(page)
    limit = page.get_by_role("spinbutton", name="Longest answer")
    with page.expect_request(is_release) as release:
        limit.fill("12")
        limit.blur()
    assert '"event_data":12,' in str(release.value.post_data)
    page.get_by_role("button", name="Settings").click()


def is_release(request: Request) -> bool:
    """The page tells what a slider was set to."""
    return "/queue/join" in request.url and re.search(r'"event_data":\d', str(request.post_data)) is not None
