"""An answer that was cut off is continued, in Chromium, by the real model."""

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ANSWER_TIME, QUESTION, answers, ask, keep_it_short, wait_for_end


@pytest.fixture
def app(model_app: AppProcess) -> AppProcess:
    return model_app


@pytest.fixture
def answered(page: Page) -> Page:
    """The page, with the beginning of an answer."""
    keep_it_short(page)
    ask(page, QUESTION)
    wait_for_end(page)
    return page


def text(page: Page) -> str:
    """Of the last answer, as it was written."""
    source = "article => article.querySelector('template[data-source]').content.textContent"
    return str(answers(page).last.evaluate(source))


def test_a_cut_off_answer_goes_on_where_it_ended_and_the_short_one_is_kept(answered: Page) -> None:
    log = answered.get_by_role("log")
    expect(log.get_by_text("Cut off at the longest answer allowed.")).to_be_visible()
    short = text(answered)
    log.get_by_role("button", name="Continue").click()
    expect(log.get_by_role("group", name="Version 2 of 2")).to_be_visible(timeout=ANSWER_TIME)
    wait_for_end(answered)
    assert text(answered).startswith(short)
    assert len(text(answered)) > len(short)
    log.get_by_role("button", name="Earlier version").click()
    expect(log.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    assert text(answered) == short
