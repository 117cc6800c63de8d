"""What a screen reader is given to say by itself: that an answer begins and ends, and not each word of it."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import ask, wait_for_end
from tests.browser.scripts import UNENDED
from tests.fakes.fake_engine import FakeEngine

# The nearest part of the page around something that decides whether it is said.
REGION = "xpath=ancestor-or-self::*[@aria-live or @role='status' or @role='alert' or @role='log'][1]"

# What a screen reader would find there at each change; what is only see-through it finds, too.
HEARD = """() => {
    window.heard = new Set();
    for (const region of document.querySelectorAll("[aria-live=polite]")) {
        const hear = () => window.heard.add(region.innerText.trim());
        new MutationObserver(hear).observe(region, {subtree: true, childList: true, characterData: true});
    }
}"""


def expect_said(told: Locator, how: str) -> None:
    expect(told.locator(REGION)).to_have_attribute("aria-live", how)


def test_the_log_is_quiet_and_a_region_of_its_own_tells_beginning_and_end(paced: Page, engine: FakeEngine) -> None:
    engine.will_answer(*UNENDED)
    ask(paced, "How?")
    beginning = paced.get_by_text("The assistant is answering.")
    expect_said(beginning, "polite")
    expect_said(paced.get_by_role("log"), "off")
    engine.release()
    end = paced.get_by_text("The answer is complete.")
    expect_said(end, "polite")


def test_what_was_opened_found_and_deleted_is_said(paced: Page) -> None:
    ask(paced, "How?")
    wait_for_end(paced)
    paced.get_by_role("button", name="New chat").click()
    paced.get_by_role("link", name="How?").click()
    opened = paced.get_by_text("Opened “How?”.")
    expect_said(opened, "polite")
    search = paced.get_by_role("searchbox", name="Search conversations")
    search.fill("nowhere")
    expect(paced.get_by_role("search").get_by_role("status")).to_have_text("Nothing found.")
    search.press("Escape")
    paced.get_by_label("More for How?").click()
    paced.get_by_role("button", name="Delete How?").click()
    deleted = paced.get_by_text("Deleted “How?”.")
    expect(deleted).to_be_visible()
    expect_said(deleted, "polite")


def test_nothing_is_said_of_gradio_and_its_queue(page: Page) -> None:
    page.evaluate(HEARD)
    ask(page, "How?")
    wait_for_end(page)
    heard = set(page.evaluate("[...window.heard]"))
    assert "The answer is complete." in heard
    assert heard <= {"", "The assistant is answering.", "The answer is complete."}
