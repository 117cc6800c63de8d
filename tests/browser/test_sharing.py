"""A conversation travels by its link, in Chromium."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, keep_it_short, wait_for_end
from tests.browser.chromium import visit


@pytest.fixture
def shared(page: Page) -> tuple[Page, str]:
    keep_it_short(page)
    ask(page, QUESTION)
    wait_for_end(page)
    page.get_by_role("button", name="Share").click()
    field = page.get_by_role("textbox", name="Link to this conversation")
    expect(field).to_be_in_viewport()
    return page, field.input_value()


def test_the_link_opens_in_a_private_window_without_scripts(shared: tuple[Page, str], browser: Browser) -> None:
    _, link = shared
    stranger = browser.new_context(java_script_enabled=False)
    page = stranger.new_page()
    response = page.goto(link)
    assert response is not None
    assert response.headers["x-robots-tag"].startswith("noindex")
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(page.get_by_text("smollm2-135m-instruct").first).to_be_visible()
    assert stranger.cookies() == []
    stranger.close()


def test_later_turns_do_not_change_a_shared_page(shared: tuple[Page, str], browser: Browser) -> None:
    page, link = shared
    ask(page, "And how do I sort it?")
    wait_for_end(page)
    stranger = browser.new_context().new_page()
    stranger.goto(link)
    expect(stranger.get_by_text("And how do I sort it?")).to_have_count(0)
    stranger.context.close()


def test_a_revoked_link_looks_like_one_that_never_was(
    shared: tuple[Page, str], browser: Browser, app: AppProcess
) -> None:
    page, link = shared
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("(revoked)")).to_be_visible()
    stranger = browser.new_context().new_page()
    revoked = stranger.goto(link)
    assert revoked is not None
    body = revoked.body()
    unknown = stranger.goto(f"{app.url}/s/{'x' * 43}")
    assert unknown is not None
    assert (revoked.status, unknown.status) == (404, 404)
    assert body == unknown.body()
    stranger.context.close()


def test_the_link_can_be_copied(shared: tuple[Page, str]) -> None:
    page, link = shared
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_viewer_goes_on_with_a_copy_of_their_own(shared: tuple[Page, str], browser: Browser, app: AppProcess) -> None:
    page, link = shared
    viewer = browser.new_context().new_page()
    visit(viewer, app.url)
    viewer.goto(link)
    viewer.get_by_role("button", name="Continue this chat").click()
    expect(viewer).to_have_url(re.compile(r"\?c="))
    expect(viewer.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    ask(viewer, "And how do I sort it?")
    wait_for_end(viewer)
    page.reload()
    expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    expect(page.get_by_text("And how do I sort it?")).to_have_count(0)
    viewer.context.close()
