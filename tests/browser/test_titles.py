"""The name that the model makes for a conversation is seen at once, in Chromium."""

from playwright.sync_api import Page, expect

from tests.browser.asking import ask
from tests.fakes.engine_script import HOLD
from tests.fakes.fake_engine import FakeEngine

QUESTION = "Hello, how do I sort a list of numbers in Python, the biggest one first, please?"
BEGINNING = "Hello, how do I sort"
NAME = "Sort a list of numbers"


def test_a_conversation_gets_its_name_in_the_list_the_heading_and_the_tab_while_one_looks(
    page: Page, engine: FakeEngine
) -> None:
    listed = page.locator("#conversations a[aria-current=page]")
    engine.will_name(HOLD, f" {NAME}")
    ask(page, QUESTION)
    expect(listed).to_contain_text(BEGINNING)
    engine.release()
    expect(listed).to_have_text(NAME)
    expect(page.locator("#heading h1")).to_have_text(NAME)
    # What the item's menu is called for those who hear it has the new name too.
    expect(page.locator(".current summary")).to_have_attribute("aria-label", f"More for {NAME}")
    expect(page).to_have_title(NAME)
    page.get_by_role("button", name="New chat").click()
    expect(page).to_have_title("Tech Assistant")
    page.go_back()
    expect(page).to_have_title(NAME)
