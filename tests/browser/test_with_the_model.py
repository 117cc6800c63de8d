"""A question is asked and answered, in Chromium, by the real model."""

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ANSWER_TIME, LONG_QUESTION, QUESTION, answers, ask, wait_for_end, wait_for_text


@pytest.fixture
def app(model_app: AppProcess) -> AppProcess:
    return model_app


def test_a_question_gets_a_streamed_answer_with_code_that_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    wait_for_end(page)
    code = answers(page).first.locator(".code-block").first
    code.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == code.locator("code").inner_text().strip()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")


def test_a_long_prompt_is_said_to_be_read_and_an_answer_can_be_stopped(page: Page) -> None:
    page.get_by_label("Attach files").set_input_files(
        [{"name": "long.txt", "mimeType": "text/plain", "buffer": b"A line of text.\n" * 500}]
    )
    expect(page.get_by_role("listitem").filter(has_text="long.txt")).to_be_visible()
    ask(page, LONG_QUESTION)
    expect(page.get_by_text("Reading the prompt: ")).to_be_visible()
    wait_for_text(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("log").get_by_text("Stopped.")).to_be_visible(timeout=ANSWER_TIME)
