"""What a screen reader is given to say by itself: that an answer begins and ends, and not each word of it."""

from playwright.sync_api import Page, expect

from tests.browser.asking import ask, wait_for_end
from tests.browser.scripts import UNENDED
from tests.fakes.fake_engine import FakeEngine

# What is said of a part of the page: by the nearest region around it.
REGION = """(element) => {
    const region = element.closest("[aria-live], [role=status], [role=alert], [role=log]");
    return region?.getAttribute("aria-live") ?? region?.getAttribute("role") ?? "";
}"""


def test_the_log_is_quiet_and_a_region_of_its_own_tells_beginning_and_end(paced: Page, engine: FakeEngine) -> None:
    engine.will_answer(*UNENDED)
    ask(paced, "How?")
    beginning = paced.get_by_text("The assistant is answering.")
    expect(beginning).to_be_attached()
    assert beginning.evaluate(REGION) == "polite"
    assert paced.get_by_role("log").evaluate(REGION) == "off"
    engine.release()
    end = paced.get_by_text("The answer is complete.")
    expect(end).to_be_attached()
    assert end.evaluate(REGION) == "polite"


def test_what_was_opened_found_and_deleted_is_said(paced: Page) -> None:
    ask(paced, "How?")
    wait_for_end(paced)
    paced.get_by_role("button", name="New chat").click()
    paced.get_by_role("link", name="How?").click()
    opened = paced.get_by_text("Opened “How?”.")
    expect(opened).to_be_attached()
    assert opened.evaluate(REGION) == "polite"
    search = paced.get_by_role("searchbox", name="Search conversations")
    search.fill("nowhere")
    expect(paced.get_by_role("search").get_by_role("status")).to_have_text("Nothing found.")
    search.press("Escape")
    paced.get_by_label("More for How?").click()
    paced.get_by_role("button", name="Delete How?").click()
    deleted = paced.get_by_text("Deleted “How?”.")
    expect(deleted).to_be_visible()
    assert deleted.evaluate(REGION) == "polite"
