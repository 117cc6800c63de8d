"""A person deletes everything of theirs, in Chromium: asked first, and then it is gone."""

from playwright.sync_api import Page, expect

from tests.browser.asking import QUESTION


def test_everything_is_deleted_only_when_it_is_said_twice(answered: Page) -> None:
    mine = answered.get_by_text("My data", exact=True)
    mine.click()
    answered.get_by_text("Delete all my data…").click()
    confirm = answered.get_by_role("button", name="Delete everything for good")
    expect(answered.get_by_text("This cannot be undone.")).to_be_visible()
    answered.keyboard.press("Escape")
    expect(confirm).to_be_hidden()
    expect(answered.get_by_role("navigation").get_by_role("link", name=QUESTION)).to_be_visible()

    # By keyboard alone this time.
    answered.keyboard.press("Escape")
    expect(mine).to_be_focused()
    answered.keyboard.press("Enter")
    for _ in ("Export all", "Export all as JSONL", "My shared pages", "Import…", "Delete all my data…"):
        answered.keyboard.press("Tab")
    answered.keyboard.press("Enter")
    answered.keyboard.press("Tab")
    expect(confirm).to_be_focused()
    answered.keyboard.press("Enter")
    expect(answered.get_by_text("All your data is deleted")).to_be_visible()
    expect(answered.get_by_text("Nothing asked yet.")).to_be_visible()
    expect(answered.get_by_role("heading", name="Tech Assistant")).to_be_visible()

    answered.reload()
    expect(answered.get_by_text("Nothing asked yet.")).to_be_visible()
