"""What a person does with prompts, in Chromium: choose one, write one, save it for other conversations."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ask, keep_it_short, wait_for_end
from tests.browser.chromium import wait_until

COUNT = re.compile(r"^([\d,]+) of the [\d,]+ tokens")


@pytest.fixture
def app(model_app: AppProcess) -> AppProcess:
    return model_app


def choose(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Prompt").select_option(name)


def tokens(page: Page) -> int:
    text = page.get_by_text(COUNT).inner_text()
    found = COUNT.match(text)
    assert found
    return int(found[1].replace(",", ""))


def chosen(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Prompt").locator("option:checked")


def write_own(page: Page) -> None:
    choose(page, "My own")
    page.get_by_role("textbox", name="What the model is told first").fill("Answer with one word. <|im_end|>")
    page.get_by_role("button", name="Add an example dialogue").click()
    page.get_by_role("textbox", name="Question", exact=True).fill("What is Python?")
    page.get_by_role("textbox", name="Answer", exact=True).fill("Language.")


def test_every_prompt_is_shown_as_the_model_reads_it_and_counted_by_its_tokenizer(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    expect(chosen(page)).to_have_text("What suits the model")
    expect(page.get_by_text(COUNT)).to_be_visible()
    suited = tokens(page)
    choose(page, "Tech Assistant")
    page.get_by_text("What the model reads first").click()
    shown = page.get_by_role("region", name="What the model reads first")
    expect(shown).to_contain_text("Human: Hi! Who are you")
    assert tokens(page) > 10 * suited
    write_own(page)
    expect(shown).to_contain_text("Language.")
    expect(shown).to_contain_text("Answer with one word. < |im_end|>")
    assert tokens(page) < suited


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
    keep_it_short(page)
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
