"""A conversation is looked at, published, viewed, updated and taken back, in Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import visit
from tests.browser.publishing import press_publish

ADDRESS = "ann.lee@acme.dev"
PRIVATE = f"How do I write to {ADDRESS} in Python?"


def share(page: Page, **fields: str) -> tuple[str, str]:
    """From the chat page to the link and the deletion link."""
    page.get_by_role("link", name="Share", exact=True).click()
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    press_publish(page)
    expect(page.get_by_role("heading", name="The page is public")).to_be_visible()
    link, deletion_link = (page.get_by_role("textbox", name=name, exact=True) for name in ("Link", "Deletion link"))
    return link.input_value(), deletion_link.input_value()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """Somebody else's window, where no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_what_will_be_public_is_shown_first_and_each_finding_can_be_kept(page: Page, stranger: Page) -> None:
    ask(page, PRIVATE)
    wait_for_end(page)
    page.get_by_role("link", name="Share", exact=True).click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("mark").first).to_have_text("REDACTED_EMAIL_1")
    expect(preview.get_by_text(ADDRESS)).to_have_count(0)
    keep = page.get_by_role("group", name=f"E-mail address {ADDRESS}").get_by_role("checkbox", name="Keep")
    expect(keep).not_to_be_checked()
    link, _ = publish(page)
    stranger.goto(link)
    expect(stranger.get_by_text("REDACTED_EMAIL_1").first).to_be_visible()
    assert ADDRESS not in stranger.content()

    page.get_by_role("link", name="Back to the conversation").click()
    page.get_by_role("link", name="Share", exact=True).click()
    keep.check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("look once more")
    expect(preview.get_by_role("mark").first).to_have_text(ADDRESS)
    stranger.goto(publish(page)[0])
    expect(stranger.get_by_text(ADDRESS).first).to_be_visible()


def publish(page: Page) -> tuple[str, str]:
    press_publish(page)
    return (
        page.get_by_role("textbox", name="Link", exact=True).input_value(),
        page.get_by_role("textbox", name="Deletion link").input_value(),
    )


def test_the_link_opens_in_a_private_window_without_scripts(answered: Page, stranger: Page) -> None:
    link, _ = share(answered)
    response = stranger.goto(link)
    assert response is not None
    assert response.headers["x-robots-tag"].startswith("noindex")
    expect(stranger.get_by_role("heading", name=QUESTION)).to_be_visible()
    stranger.get_by_text("Written by fake.gguf").click()
    expect(stranger.get_by_text("tech_assistant/compact · sha256")).to_be_visible()
    assert stranger.context.cookies() == []
    with stranger.expect_download() as download:
        stranger.get_by_role("link", name="Download as Markdown").click()
    assert download.value.suggested_filename.endswith(".md")


def test_a_pass_phrase_is_asked_for_and_a_wrong_one_refused(answered: Page, stranger: Page) -> None:
    link, _ = share(answered, **{"Pass-phrase": "three blind mice"})
    stranger.goto(link)
    expect(stranger.get_by_text(QUESTION)).to_have_count(0)
    stranger.get_by_label("Pass-phrase").fill("three blind rats")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_role("alert")).to_contain_text("not the pass-phrase")
    stranger.get_by_label("Pass-phrase").fill("three blind mice")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_role("heading", name=QUESTION)).to_be_visible()
    with stranger.expect_download():
        stranger.get_by_role("link", name="Download as JSON").click()


def view(stranger: Page, link: str) -> None:
    """Of a page that can be seen so often."""
    stranger.goto(link)
    expect(stranger.get_by_text("This page can be opened")).to_be_visible()
    stranger.get_by_role("button", name="Open").click()


def test_all_links_are_on_one_page_updated_changed_and_revoked_there(answered: Page, stranger: Page) -> None:
    page = answered
    link, _ = share(page, Views_at_most="3")
    view(stranger, link)
    page.get_by_role("link", name="Back to the conversation").click()
    wait_for_end(page)
    ask(page, "And how do I sort it?")
    wait_for_end(page, 2)
    view(stranger, link)
    expect(stranger.get_by_text("And how do I sort it?")).to_have_count(0)

    page.get_by_text("My data", exact=True).click()
    page.get_by_role("link", name="My shared pages").click()
    listed = page.get_by_role("article", name=QUESTION)
    expect(listed).to_contain_text("2 of 3 views")
    listed.get_by_role("combobox").select_option("never")
    listed.get_by_role("button", name="Change").click()
    expect(listed).to_contain_text("The link has no end")
    listed.get_by_role("link", name="Update").click()
    expect(page.get_by_role("region", name="Preview").get_by_text("And how do I sort it?")).to_be_visible()
    page.get_by_role("button", name="Publish this version").click()
    listed.get_by_text("1 earlier version").click()
    view(stranger, link)
    expect(stranger.get_by_text("And how do I sort it?")).to_be_visible()
    expect(page.get_by_role("article", name=QUESTION)).to_contain_text("Public")
    page.reload()
    expect(listed).to_contain_text("All views used")
    used_up = stranger.goto(link)
    listed.get_by_role("button", name="Revoke").click()
    expect(listed).to_contain_text("Revoked")
    revoked = stranger.goto(link)
    assert used_up and revoked and (used_up.status, revoked.status) == (404, 404)


def test_the_deletion_link_takes_the_page_back_without_the_cookie(answered: Page, stranger: Page) -> None:
    link, deletion_link = share(answered)
    stranger.goto(deletion_link)
    stranger.get_by_role("button", name="Take it back").click()
    expect(stranger.get_by_role("heading", name="The page is gone")).to_be_visible()
    gone = stranger.goto(link)
    assert gone is not None and gone.status == 404


def test_a_double_click_makes_one_link(answered: Page) -> None:
    public, changed = answered.get_by_role("heading", name="The page is public"), answered.get_by_role("alert")
    answered.get_by_role("link", name="Share", exact=True).click()
    for _ in range(2):
        answered.get_by_role("button", name="Publish").dblclick()
        expect(public.or_(changed)).to_be_visible()
        # The model may have named the conversation since the preview was opened.
        if public.is_visible():
            break
    answered.get_by_role("link", name="My shared pages").click()
    expect(answered.get_by_role("article")).to_have_count(1)


def test_the_link_can_be_copied(answered: Page) -> None:
    link, _ = share(answered)
    answered.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered.get_by_role("button", name="Copy link").click()
    expect(answered.get_by_role("button", name="✓ Copy link")).to_be_visible()
    assert answered.evaluate("navigator.clipboard.readText()") == link


def test_a_viewer_goes_on_with_a_copy_of_their_own(answered: Page, browser: Browser, app: AppProcess) -> None:
    link, _ = share(answered)
    viewer = browser.new_context().new_page()
    visit(viewer, app.url)
    viewer.goto(link)
    viewer.get_by_role("button", name="Continue this chat").click()
    expect(viewer).to_have_url(re.compile(r"\?c="))
    expect(viewer.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    expect(viewer.get_by_text("Copied from a shared page.")).to_be_visible()
    viewer.context.close()
