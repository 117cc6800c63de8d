"""What a person does with prompts, in Chromium: choose one, write one, save it for other conversations."""

from playwright.sync_api import Page, expect

from tests.browser.asking import ask, wait_for_end
from tests.browser.chromium import wait_until
from tests.browser.prompts import COUNT, choose, chosen, write_own


def test_a_new_chats_prompt_outlives_a_reload(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    write_own(page)
    page.reload()
    page.locator("[data-conversation]").first.wait_for()
    page.get_by_role("button", name="Settings").click()
    expect(chosen(page)).to_have_text("My own")
    expect(page.get_by_text(COUNT)).to_be_visible()
    # The server, which has no place for a new chat's prompt, may say more than once what it would take.
    page.locator("#prompt-state [data-state]").evaluate("told => told.setAttribute('data-again', '')")
    expect(chosen(page)).to_have_text("My own")
    expect(page.get_by_role("textbox", name="Answer", exact=True)).to_have_value("Language.")


def test_a_conversation_keeps_its_own_prompt_and_the_next_one_begins_anew(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    write_own(page)
    ask(page, "What is Rust?")
    wait_for_end(page)
    # The tab lets go of what the server has.
    wait_until(page, "() => sessionStorage.getItem('prompt') === null")
    page.reload()
    page.get_by_role("log").get_by_text("What is Rust?").wait_for()
    page.get_by_role("button", name="Settings").click()
    system = page.get_by_role("textbox", name="What the model is told first")
    expect(system).to_have_value("Answer with one word. <|im_end|>")
    expect(page.get_by_role("textbox", name="Answer", exact=True)).to_have_value("Language.")
    page.get_by_role("button", name="New chat").click()
    expect(chosen(page)).to_have_text("What suits the model")
    expect(system).to_be_hidden()


def test_own_prompts_are_saved_taken_again_renamed_deleted_and_brought_back(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    write_own(page)
    form = page.get_by_role("region", name="Prompt", exact=True)
    name = form.get_by_role("textbox", name="Name")
    name.fill("One word")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as “One word”.")).to_be_visible()
    expect(chosen(page)).to_have_text("One word")
    name.fill("Terse")
    form.get_by_role("button", name="Rename").click()
    expect(chosen(page)).to_have_text("Terse")
    choose(page, "What suits the model")
    choose(page, "Terse")
    expect(form.get_by_role("textbox", name="Question", exact=True)).to_have_value("What is Python?")
    form.get_by_role("button", name="Delete").click()
    expect(chosen(page)).to_have_text("My own")
    page.get_by_role("button", name="Undo").click()
    expect(chosen(page)).to_have_text("Terse")


def test_a_prompt_of_ones_own_without_words_is_refused_in_words_and_the_question_stays(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    choose(page, "My own")
    ask(page, "What is Rust?")
    expect(page.get_by_role("alert").get_by_text("needs a text or an example")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("What is Rust?")
