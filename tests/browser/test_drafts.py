"""What is typed is kept on the server: through reloads, by conversation, and beside other tabs."""

import re

from playwright.sync_api import Locator, Page, Response, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import visit


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def type_and_keep(page: Page, text: str) -> None:
    with page.expect_response(is_keeping):
        box(page).fill(text)


def is_keeping(response: Response) -> bool:
    return "/draft" in response.url and response.request.method == "PUT"


def test_each_conversation_and_the_new_chat_keep_what_was_typed_in_them(answered: Page, app: AppProcess) -> None:
    type_and_keep(answered, "And a tuple?")
    answered.get_by_role("button", name="New chat").click()
    expect(box(answered)).to_have_value("")
    type_and_keep(answered, "Something new")
    answered.get_by_role("link", name=QUESTION).click()
    expect(box(answered)).to_have_value("And a tuple?")
    expect(answered).to_have_url(re.compile(r"\?c="))
    answered.reload()
    expect(box(answered)).to_have_value("And a tuple?")
    answered.get_by_role("button", name="New chat").click()
    expect(box(answered)).to_have_value("Something new")
    expect(answered).to_have_url(app.url + "/")
    answered.go_back()
    expect(box(answered)).to_have_value("And a tuple?")


def test_the_last_keys_before_a_reload_are_kept_too_and_a_sent_draft_is_gone(answered: Page) -> None:
    box(answered).fill("And a tu")
    answered.reload()
    expect(box(answered)).to_have_value("And a tu")
    ask(answered, "And a tuple?")
    wait_for_end(answered, 2)
    expect(box(answered)).to_have_value("")
    answered.reload()
    answered.get_by_role("log").get_by_text("And a tuple?").wait_for()
    expect(box(answered)).to_have_value("")


def test_what_was_sent_and_never_arrived_is_in_the_box_after_a_reload(page: Page) -> None:
    page.route("**/queue/join*", lambda _: None, times=1)
    box(page).fill(QUESTION)
    with page.expect_request("**/queue/join*"):
        box(page).press("Enter")
    page.reload()
    expect(box(page)).to_have_value(QUESTION)


def test_another_tab_overwrites_nothing_newer_without_being_asked(page: Page, app: AppProcess) -> None:
    type_and_keep(page, "One")
    other = page.context.new_page()
    visit(other, app.url)
    expect(box(other)).to_have_value("One")
    type_and_keep(other, "One and two")
    type_and_keep(page, "One or three")
    expect(page.get_by_text("Another tab or browser has typed")).to_be_visible()
    other.reload()
    expect(box(other)).to_have_value("One and two")
    page.get_by_role("button", name="Use that").click()
    expect(box(page)).to_have_value("One and two")
    type_and_keep(other, "Two")
    type_and_keep(page, "Three")
    with page.expect_response(is_keeping):
        page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("Another tab or browser has typed")).to_be_hidden()
    other.reload()
    expect(box(other)).to_have_value("Three")
