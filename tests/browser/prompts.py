"""The panel in which a prompt is chosen, written and counted."""

import re

from playwright.sync_api import Locator, Page

COUNT = re.compile(r"^([\d,]+) of the [\d,]+ tokens")


def choose(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Prompt").select_option(name)


def tokens(page: Page) -> int:
    text = page.get_by_text(COUNT).inner_text()
    found = COUNT.match(text)
    assert found
    return int(found[1].replace(",", ""))


def chosen(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Prompt").locator("option:checked")


def write_own(page: Page) -> None:
    choose(page, "My own")
    page.get_by_role("textbox", name="What the model is told first").fill("Answer with one word. <|im_end|>")
    page.get_by_role("button", name="Add an example dialogue").click()
    page.get_by_role("textbox", name="Question", exact=True).fill("What is Python?")
    page.get_by_role("textbox", name="Answer", exact=True).fill("Language.")
