"""The name that the model makes is seen at once, in Chromium, by the real model."""

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ANSWER_TIME, ask, keep_it_short

LONG = "Hello, how do I sort a list of numbers in Python, the biggest one first, please?"
BEGINNING = "Hello, how do I sort"


@pytest.fixture
def app(model_app: AppProcess) -> AppProcess:
    return model_app


def test_a_conversation_gets_its_name_in_the_list_the_heading_and_the_tab_while_one_looks(page: Page) -> None:
    keep_it_short(page)
    ask(page, LONG)
    listed = page.locator("#conversations a[aria-current=page]")
    expect(listed).to_contain_text(BEGINNING, timeout=ANSWER_TIME)
    expect(listed).not_to_contain_text(BEGINNING, timeout=ANSWER_TIME)
    name = page.locator("#heading h1").inner_text()
    expect(listed).to_have_text(name)
    # What the item's menu is called for those who hear it has the new name too.
    expect(page.locator(".current summary")).to_have_attribute("aria-label", f"More for {name}")
    expect(page).to_have_title(name)
    page.get_by_role("button", name="New chat").click()
    expect(page).to_have_title("Tech Assistant")
    page.go_back()
    expect(page).to_have_title(name)
