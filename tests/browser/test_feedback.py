"""Answers are rated, and the reason is told, with mouse and keyboard, in Chromium."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.ratings_export import export_ratings
from storage.database import open_database
from storage.store import SqlConversationStore
from tests.app_process import AppProcess
from tests.browser.asking import QUESTION

SAVED = "Your rating is saved; nothing of yours is exported."


@pytest.fixture
def good(answered: Page) -> Locator:
    return answered.get_by_role("log").get_by_role("button", name="Good answer")


@pytest.fixture
def bad(answered: Page) -> Locator:
    return answered.get_by_role("log").get_by_role("button", name="Bad answer")


def pressed(button: Locator, yes: bool) -> None:
    expect(button).to_have_attribute("aria-pressed", str(yes).lower())


def test_a_vote_is_changed_and_taken_back(answered: Page, good: Locator, bad: Locator) -> None:
    pressed(good, False)
    good.click()
    pressed(good, True)
    bad.click()
    pressed(bad, True)
    pressed(good, False)
    answered.reload()
    pressed(bad, True)
    bad.click()
    pressed(bad, False)
    expect(answered.get_by_text("Your rating is taken back.")).to_be_visible()
    expect(answered.get_by_role("form", name="Rating")).to_have_count(0)


def test_why_is_told_with_the_keyboard_alone(answered: Page, bad: Locator) -> None:
    bad.focus()
    answered.keyboard.press("Enter")
    form = answered.get_by_role("form", name="Rating")
    reason = form.get_by_role("combobox", name="Why?")
    expect(reason).to_be_focused()
    expect(form.get_by_role("checkbox")).not_to_be_checked()
    reason.select_option("Wrong")
    answered.keyboard.press("Tab")
    answered.keyboard.type("It is <b>not</b> so: 漢字")
    form.get_by_role("button", name="Save").press("Enter")
    expect(answered.get_by_text(SAVED)).to_be_visible()
    expect(form).to_have_count(0)
    expect(bad).to_be_focused()
    answered.reload()
    answered.get_by_role("button", name="Why?").click()
    expect(reason).to_have_value("wrong")
    expect(form.get_by_role("textbox", name="Comment")).to_have_value("It is <b>not</b> so: 漢字")


def test_reasons_are_those_of_the_vote(answered: Page, good: Locator) -> None:
    good.click()
    options = answered.get_by_role("combobox", name="Why?").get_by_role("option")
    expect(options).to_have_text(["No reason given", "Correct", "Clear", "Useful"])


def test_the_operator_gets_what_was_agreed_to_and_no_more(
    answered: Page, good: Locator, app: AppProcess, tmp_path: Path
) -> None:
    form = answered.get_by_role("form", name="Rating")
    good.click()
    form.get_by_role("textbox", name="Comment").fill("Mail me: ann@acme.dev")
    form.get_by_role("button", name="Save").click()
    expect(answered.get_by_text(SAVED)).to_be_visible()
    assert not any("Mail me" in row["comment"] for row in exported(app, tmp_path / "before.jsonl"))
    answered.get_by_role("button", name="Why?").click()
    form.get_by_role("checkbox", name="The operator may export").check()
    form.get_by_role("button", name="Save").click()
    expect(answered.get_by_text("and may be exported")).to_be_visible()
    (row,) = (row for row in exported(app, tmp_path / "after.jsonl") if "Mail me" in row["comment"])
    assert (row["question"], row["vote"], row["comment"]) == (QUESTION, "up", "Mail me: REDACTED_EMAIL_1")
    answered.get_by_role("button", name="Why?").click()
    form.get_by_role("checkbox", name="The operator may export").uncheck()
    form.get_by_role("button", name="Save").click()
    expect(answered.get_by_text(SAVED)).to_be_visible()
    assert exported(app, tmp_path / "withdrawn.jsonl") == []


def exported(app: AppProcess, path: Path) -> list[dict[str, str]]:
    """While the app runs."""
    with closing(open_database(f"sqlite:///{app.data_dir}/assistant.db")) as database:
        export_ratings(SqlConversationStore(database), path)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
