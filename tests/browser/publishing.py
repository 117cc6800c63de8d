"""From the preview of a share to its page being public."""

from playwright.sync_api import Page, expect


def press_publish(page: Page) -> None:
    """Once more where the model has named the conversation since its preview was opened."""
    with page.expect_navigation():
        page.get_by_role("button", name="Publish").click()
    public = page.get_by_role("heading", name="The page is public")
    changed = page.get_by_role("alert").filter(has_text="look once more")
    expect(public.or_(changed)).to_be_visible()
    if changed.is_visible():
        page.get_by_role("button", name="Publish").click()
    expect(public).to_be_visible()
