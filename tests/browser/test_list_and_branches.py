"""Conversations put in order, and their branches, in Chromium."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import QUESTION, answers, ask, wait_for_end
from tests.browser.keeping import Keep

OTHER = "What is a Python generator?"


@pytest.fixture
def listed(answered: Page) -> Locator:
    """Two conversations: the other one is newer, and open."""
    answered.get_by_role("button", name="New chat").click()
    expect(answered.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    ask(answered, OTHER)
    wait_for_end(answered)
    return answered.get_by_role("navigation", name="Conversations")


def more(listed: Locator, title: str, what: str) -> None:
    listed.get_by_label(f"More for {title}").click()
    listed.get_by_role("button", name=what).click()


def test_the_list_says_when_and_what_is_pinned_comes_first(listed: Locator) -> None:
    expect(listed.get_by_role("heading")).to_have_text(["Today"])
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])
    more(listed, QUESTION, f"Pin {QUESTION}")
    expect(listed.get_by_role("heading")).to_have_text(["Pinned", "Today"])
    expect(listed.get_by_role("link")).to_have_text([QUESTION, OTHER])
    more(listed, QUESTION, f"Unpin {QUESTION}")
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])


def test_what_is_archived_is_out_of_the_way_and_can_be_taken_out(listed: Locator) -> None:
    more(listed, QUESTION, f"Archive {QUESTION}")
    expect(listed.get_by_role("link")).to_have_text([OTHER])
    listed.get_by_role("button", name="Archive", exact=True).click()
    expect(listed.get_by_role("link")).to_have_text([QUESTION])
    more(listed, QUESTION, f"Take {QUESTION} out of the archive")
    expect(listed.get_by_role("link")).to_have_count(0)
    listed.get_by_role("button", name="Back").click()
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])


def test_several_are_deleted_at_once_and_brought_back(listed: Locator, page: Page) -> None:
    listed.get_by_role("button", name="Select several").click()
    for title in (QUESTION, OTHER):
        listed.get_by_role("checkbox", name=f"Select {title}").check()
    listed.get_by_role("button", name="Delete", exact=True).click()
    expect(listed.get_by_role("link")).to_have_count(0)
    expect(page.get_by_text("2 conversations deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])


def test_several_are_archived_at_once_and_brought_back(listed: Locator, page: Page) -> None:
    listed.get_by_role("button", name="Select several").click()
    for title in (QUESTION, OTHER):
        listed.get_by_role("checkbox", name=f"Select {title}").check()
    # The other one, below, leads to the archive.
    listed.get_by_role("button", name="Archive", exact=True).first.click()
    expect(listed.get_by_role("link")).to_have_count(0)
    expect(page.get_by_text("2 conversations moved to the archive.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])


def test_what_was_deleted_is_brought_back_after_a_reload_too(listed: Locator, page: Page) -> None:
    more(listed, QUESTION, f"Delete {QUESTION}")
    expect(listed.get_by_role("link")).to_have_text([OTHER])
    page.reload()
    listed.get_by_role("button", name="Recently deleted").click()
    deleted = page.get_by_role("navigation", name="Recently deleted")
    expect(deleted.get_by_role("listitem")).to_have_count(1)
    deleted.get_by_role("button", name=f"Restore {QUESTION}").click()
    expect(listed.get_by_role("link")).to_have_text([OTHER, QUESTION])
    listed.get_by_role("button", name="Recently deleted").click()
    expect(deleted.get_by_text("Nothing was deleted within the last hour.")).to_be_visible()
    deleted.get_by_role("button", name="Back").click()
    expect(listed.get_by_role("link")).to_have_count(2)


def test_older_conversations_stay_listed_when_one_of_them_is_opened_and_asked_in(page: Page, keep: Keep) -> None:
    for number in range(60):
        keep(f"Talk {number}", ["So?", "So."], days_ago=number)
    page.reload()
    listed = page.get_by_role("navigation", name="Conversations")
    links = listed.get_by_role("link")
    expect(links).to_have_count(50)
    listed.get_by_role("button", name="Older conversations").click()
    expect(links).to_have_count(60)
    listed.get_by_role("link", name="Talk 55").click()
    expect(page.get_by_role("heading", name="Talk 55")).to_be_visible()
    expect(links).to_have_count(60)
    ask(page, OTHER)
    wait_for_end(page, 2)
    expect(links).to_have_count(60)
    more(listed, "Talk 55", "Pin Talk 55")
    expect(listed.get_by_role("heading").first).to_have_text("Pinned")
    expect(links).to_have_count(60)


def test_a_menu_closes_with_escape_and_gives_the_focus_back(listed: Locator) -> None:
    menu = listed.get_by_label(f"More for {QUESTION}")
    menu.press("Enter")
    expect(listed.get_by_role("button", name=f"Pin {QUESTION}")).to_be_visible()
    menu.press("Escape")
    expect(listed.get_by_role("button", name=f"Pin {QUESTION}")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_version_is_deleted_and_brought_back(answered: Page) -> None:
    log = answered.get_by_role("log")
    log.get_by_role("button", name="Regenerate").click()
    versions = log.get_by_role("group", name="Version 2 of 2")
    expect(versions).to_be_visible()
    versions.get_by_role("button", name="Delete this version").click()
    expect(answered.get_by_text("This version and what followed it are deleted.")).to_be_visible()
    expect(versions).to_have_count(0)
    answered.get_by_role("button", name="Undo").click()
    expect(versions).to_be_visible()


def test_the_chosen_version_is_remembered(answered: Page) -> None:
    log = answered.get_by_role("log")
    log.get_by_role("button", name="Regenerate").click()
    log.get_by_role("button", name="Earlier version").click()
    expect(log.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    answered.reload()
    expect(log.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_a_conversation_is_forked_and_the_fork_goes_its_own_way(answered: Page) -> None:
    original = answered.url
    answers(answered).get_by_role("button", name="Fork from here").click()
    expect(answered.get_by_text("Forked from another conversation.")).to_be_visible()
    expect(answered.get_by_role("navigation", name="Conversations").get_by_role("link")).to_have_text([QUESTION] * 2)
    ask(answered, OTHER)
    wait_for_end(answered, 2)
    answered.goto(original)
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_have_count(1)


def test_a_conversation_is_forked_at_a_question_which_can_be_answered_there(answered: Page) -> None:
    question = answered.get_by_role("log").get_by_role("article", name="You")
    question.get_by_role("button", name="Fork from here").click()
    expect(answered.get_by_text("Forked from another conversation.")).to_be_visible()
    expect(question).to_contain_text(QUESTION)
    expect(answers(answered)).to_have_count(0)
    answered.get_by_role("log").get_by_role("button", name="Retry").click()
    wait_for_end(answered)
