"""The context meter at the box, and the panel behind an answer."""

from playwright.sync_api import Locator, Page


def meter(page: Page) -> Locator:
    return page.get_by_role("meter", name="Context window")


def legend(page: Page) -> Locator:
    return page.get_by_role("list", name="Context window")


def filled(page: Page) -> int:
    return int(meter(page).get_attribute("aria-valuenow") or 0)


def type_and_wait(page: Page, text: str) -> None:
    """Until the meter has followed."""
    with page.expect_response("**/context"):
        page.get_by_role("textbox", name="Message").fill(text)


def panel(page: Page) -> Locator:
    page.get_by_role("button", name="What the model saw").click()
    return page.get_by_role("dialog", name="What the model saw")
