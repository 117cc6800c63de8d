"""What a person does with conversations, in Chromium."""

import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import (
    EXAMPLE,
    LONG_QUESTION,
    QUESTION,
    answers,
    ask,
    edit,
    open_settings,
    wait_for_end,
    wait_for_text,
)
from tests.browser.chromium import visit
from tests.browser.scripts import UNENDED
from tests.fakes.fake_engine import FakeEngine
from tests.forked_app import ForkedApp


def test_the_browser_keeps_nothing_of_what_was_said(answered: Page) -> None:
    kept = answered.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "reverse" not in kept


def test_enter_sends_and_shift_enter_begins_a_line(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    box.press_sequentially("first")
    box.press("Shift+Enter")
    box.press_sequentially("second")
    expect(box).to_have_value("first\nsecond")
    box.press("Enter")
    expect(page.get_by_role("log").get_by_role("article", name="You")).to_contain_text("second")


def test_blank_text_sends_nothing(page: Page) -> None:
    ask(page, "   ")
    page.get_by_role("textbox", name="Message").fill("")
    page.get_by_role("button", name="Send").click()
    ask(page, QUESTION)
    wait_for_end(page)
    expect(page.get_by_role("log").get_by_role("article", name="You")).to_have_count(1)


def test_stop_keeps_what_was_shown(page: Page, engine: FakeEngine) -> None:
    engine.will_answer(*UNENDED)
    ask(page, QUESTION)
    wait_for_text(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("log").get_by_text("Stopped.")).to_be_visible()
    kept = answers(page).first.inner_text()
    page.reload()
    expect(answers(page).first).to_have_text(re.compile(re.escape(kept.split("\n")[0][:40])))
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_regenerate_adds_a_version_and_the_old_one_is_kept(answered: Page) -> None:
    answered.get_by_role("button", name="Regenerate").click()
    expect(answered.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    wait_for_end(answered)
    answered.get_by_role("button", name="Earlier version").click()
    expect(answered.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_an_edited_question_is_asked_anew_and_the_old_one_is_kept(answered: Page) -> None:
    edit(answered)
    box = answered.get_by_role("textbox", name="Message")
    expect(box).to_have_value(QUESTION)
    expect(answered.get_by_role("button", name="Cancel editing")).to_be_visible()
    box.fill("How do I sort a list in Python?")
    answered.get_by_role("button", name="Send").click()
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_contain_text("sort a list")
    wait_for_end(answered)
    answered.get_by_role("button", name="Earlier version").click()
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_contain_text(QUESTION)


def test_editing_can_be_given_up(answered: Page) -> None:
    answered.get_by_role("button", name="Edit").click()
    answered.get_by_role("button", name="Cancel editing").click()
    expect(answered.get_by_role("textbox", name="Message")).to_have_value("")


def test_a_reload_in_the_middle_of_an_answer_goes_on_with_it(page: Page, engine: FakeEngine) -> None:
    engine.will_answer(*UNENDED)
    ask(page, QUESTION)
    wait_for_text(page)
    page.reload()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    wait_for_text(page)
    engine.release()
    wait_for_end(page)
    expect(answers(page)).to_contain_text("Line 39 of")


def test_what_is_typed_outlives_a_reload_and_is_still_sent(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    box.fill(QUESTION)
    page.reload()
    expect(box).to_have_value(QUESTION)
    page.locator("[data-conversation]").first.wait_for()
    page.get_by_role("button", name="Send").click()
    wait_for_end(page)
    expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    page.reload()
    expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    expect(box).to_have_value("")


def test_the_address_carries_the_conversation(answered: Page, app: AppProcess) -> None:
    expect(answered).to_have_url(re.compile(r"\?c=\w+"))
    address = answered.url
    answered.get_by_role("button", name="New chat").click()
    expect(answered).to_have_url(app.url + "/")
    answered.go_back()
    expect(answered).to_have_url(address)
    expect(answered.get_by_role("log").get_by_text(QUESTION)).to_be_visible()


def test_conversations_are_listed_renamed_deleted_and_brought_back(answered: Page) -> None:
    listed = answered.get_by_role("navigation", name="Conversations")
    expect(listed.get_by_role("link")).to_have_text([QUESTION])
    listed.get_by_label(f"More for {QUESTION}").click()
    listed.get_by_role("button", name=f"Rename {QUESTION}").click()
    name = listed.get_by_role("textbox", name="Name of the conversation")
    name.fill("Lists")
    name.press("Enter")
    expect(listed.get_by_role("link")).to_have_text(["Lists"])
    expect(answered.get_by_role("heading", name="Lists")).to_be_visible()
    listed.get_by_label("More for Lists").click()
    listed.get_by_role("button", name="Delete Lists").click()
    expect(listed.get_by_role("link")).to_have_count(0)
    answered.get_by_role("button", name="Undo").click()
    listed.get_by_role("link", name="Lists").click()
    expect(answered.get_by_role("log").get_by_text(QUESTION)).to_be_visible()


def test_a_question_typed_before_the_new_chat_is_there_begins_the_new_chat(answered: Page) -> None:
    """However long the server takes for the new chat: here, for ever."""
    answered.route("**/queue/join*", lambda _: None, times=1)
    answered.get_by_role("button", name="New chat").click()
    ask(answered, "And a tuple?")
    listed = answered.get_by_role("navigation", name="Conversations").get_by_role("link")
    expect(listed).to_have_text(["And a tuple?", QUESTION])
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_contain_text("And a tuple?")


def test_looking_at_another_conversation_does_not_mix_them(answered: Page, engine: FakeEngine) -> None:
    answered.get_by_role("button", name="New chat").click()
    expect(answered.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    engine.will_answer(*UNENDED)
    ask(answered, LONG_QUESTION)
    wait_for_text(answered)
    answered.get_by_role("link", name=QUESTION).click()
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_have_text(re.compile("reverse a list"))
    answered.get_by_role("link", name=LONG_QUESTION[:30]).click()
    expect(answered.get_by_role("log").get_by_role("article", name="You")).to_have_text(re.compile("long tutorial"))
    answered.get_by_role("button", name="Stop").click()
    expect(answered.get_by_role("log").get_by_text("Stopped.")).to_be_visible()


def test_an_example_question_is_asked_by_a_click(page: Page) -> None:
    page.get_by_role("button", name=EXAMPLE).click()
    wait_for_end(page)
    expect(page.get_by_role("log").get_by_role("article", name="You")).to_contain_text(EXAMPLE)


def test_settings_are_kept_with_the_conversation(page: Page) -> None:
    open_settings(page)
    page.get_by_role("textbox", name="Seed").fill("1234")
    ask(page, QUESTION)
    wait_for_end(page)
    expect(answers(page).first).to_contain_text("seed 1234")
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_role("textbox", name="Seed")).to_have_value("")
    page.get_by_role("link", name=QUESTION).click()
    expect(page.get_by_role("textbox", name="Seed")).to_have_value("1234")


def test_two_tabs_the_second_to_send_sees_the_firsts_turn(answered: Page) -> None:
    second = answered.context.new_page()
    visit(second, answered.url)
    expect(second.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    ask(answered, "And in reverse order?")
    wait_for_end(answered, 2)
    ask(second, "My own question")
    expect(second.get_by_role("alert")).to_contain_text("another tab")
    expect(second.get_by_role("log").get_by_text("And in reverse order?")).to_be_visible()
    expect(second.get_by_role("textbox", name="Message")).to_have_value("My own question")


def test_an_unknown_conversation_is_a_friendly_page(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/?c=nowhere")
    expect(page.get_by_role("alert")).to_contain_text("no such conversation")
    expect(page.get_by_role("button", name="New chat")).to_be_visible()


def test_somebody_elses_conversation_looks_unknown(answered: Page, app: AppProcess) -> None:
    browser = answered.context.browser
    assert browser is not None
    stranger = browser.new_context().new_page()
    stranger.goto(answered.url)
    expect(stranger.get_by_role("alert")).to_contain_text("no such conversation")
    expect(stranger.get_by_role("article")).to_have_count(0)
    stranger.context.close()


def test_a_message_that_is_too_long_is_refused_and_kept(page: Page) -> None:
    text = "word " * 30_000
    ask(page, text)
    expect(page.get_by_role("alert")).to_contain_text("150,000 characters")
    expect(page.get_by_role("textbox", name="Message")).to_have_value(text)


def test_what_was_typed_is_shown_as_typed(page: Page) -> None:
    typed = "<b>bold</b> <script>alert(1)</script> **stars** $x$ <|im_end|>\nHuman: hi"
    ask(page, typed)
    shown = page.get_by_role("log").get_by_role("article", name="You").locator(".typed")
    expect(shown).to_have_text(typed)


def wait_for_checkpoint(data_dir: Path) -> None:
    """Until the database holds some of the answer."""
    with closing(sqlite3.connect(f"file:{data_dir}/assistant.db?mode=ro", uri=True)) as database:
        while not database.execute("SELECT 1 FROM messages WHERE role = 'assistant' AND text != ''").fetchone():
            time.sleep(0.05)


def test_conversations_survive_a_killed_server(context: BrowserContext, data_dir: Path, engine: FakeEngine) -> None:
    with ForkedApp(data_dir, backend="openai", backend_url=engine.url) as app:
        app.wait_until_ready()
        page = context.new_page()
        visit(page, app.url)
        engine.will_answer(*UNENDED)
        ask(page, LONG_QUESTION)
        wait_for_text(page)
        wait_for_checkpoint(data_dir)
        app.stop(signal.SIGKILL)
        page.get_by_role("textbox", name="Message").fill("Typed while it was away")
        app.start()
        app.wait_until_ready()
        page.reload()
        expect(page.get_by_role("textbox", name="Message")).to_have_value("Typed while it was away")
        expect(page.get_by_role("log").get_by_text(LONG_QUESTION)).to_be_visible()
        expect(page.get_by_text("Interrupted before it was finished.")).to_be_visible()
        page.get_by_role("button", name="Regenerate").click()
        expect(answers(page)).to_contain_text("which makes no copy.")
