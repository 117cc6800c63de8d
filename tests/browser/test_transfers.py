"""Conversations leave as files and come back, in Chromium."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import visit
from tests.portable_samples import SMALL_CHATGPT, SMALL_HUGGINGCHAT, chatgpt, node


@pytest.fixture
def asked(page: Page) -> Page:
    ask(page, QUESTION)
    wait_for_end(page)
    return page


def choose(page: Page, path: Path, value: object) -> None:
    path.write_text(json.dumps(value))
    pick(page, path)


def open_data(page: Page) -> None:
    menu = page.locator("#data details").first
    if menu.get_attribute("open") is None:
        menu.get_by_text("My data", exact=True).click()


def pick(page: Page, path: Path) -> None:
    open_data(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import…").click()
    chooser.value.set_files(path)


def test_a_conversation_is_exported_by_keyboard(asked: Page, tmp_path: Path) -> None:
    asked.locator("#heading summary").focus()
    asked.keyboard.press("Enter")
    for name, beginning in (("Export as Markdown", f"# {QUESTION}"), ("Export as JSON", "{")):
        asked.keyboard.press("Tab")
        expect(asked.get_by_role("link", name=name)).to_be_focused()
        expect(asked.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        with asked.expect_download() as download:
            asked.keyboard.press("Enter")
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_text("utf-8").startswith(beginning)
        assert download.value.suggested_filename.endswith((".md", ".json"))


def test_all_of_it_moves_to_another_browser(asked: Page, browser: Browser, app: AppProcess, tmp_path: Path) -> None:
    open_data(asked)
    with asked.expect_download() as download:
        asked.get_by_role("link", name="Export all", exact=True).click()
    download.value.save_as(tmp_path / "all.zip")
    other = browser.new_context().new_page()
    visit(other, app.url)
    pick(other, tmp_path / "all.zip")
    expect(other.get_by_text("New conversations: 1. Gone on with: 0. Here already: 0.")).to_be_visible()
    other.get_by_role("link", name=QUESTION).click()
    expect(other.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    pick(other, tmp_path / "all.zip")
    expect(other.get_by_text("New conversations: 0. Gone on with: 0. Here already: 1.")).to_be_visible()
    other.context.close()


def test_a_file_of_chatgpts_is_imported_and_listed_without_a_reload(page: Page, tmp_path: Path) -> None:
    choose(page, tmp_path / "conversations.json", [SMALL_CHATGPT])
    expect(page.get_by_role("status").filter(has_text="New conversations: 1.")).to_be_visible()
    page.get_by_role("link", name="Sorting in Python").click()
    expect(page.get_by_role("log").get_by_text("Use sorted().")).to_be_visible()


def test_a_file_of_huggingchats_is_imported(page: Page, tmp_path: Path) -> None:
    choose(page, tmp_path / "conversations.json", [SMALL_HUGGINGCHAT])
    expect(page.get_by_role("status").filter(has_text="New conversations: 1.")).to_be_visible()
    page.get_by_role("link", name="Sorting", exact=True).click()
    expect(page.get_by_text("Imported from HuggingChat:")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("Use sorted().")).to_be_visible()


def test_all_of_it_is_saved_as_a_line_for_each_conversation(asked: Page, tmp_path: Path) -> None:
    choose(asked, tmp_path / "conversations.json", [SMALL_CHATGPT])
    expect(asked.get_by_role("link", name="Sorting in Python")).to_be_visible()
    open_data(asked)
    with asked.expect_download() as download:
        asked.get_by_role("link", name="Export all as JSONL").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert {json.loads(line)["title"] for line in lines} == {QUESTION, "Sorting in Python"}


def test_where_a_file_is_broken_is_said(page: Page, tmp_path: Path) -> None:
    broken = chatgpt([node("q1", None, "user", "?"), node("a1", "gone", "assistant", "!")], "two")
    choose(page, tmp_path / "conversations.json", [SMALL_CHATGPT, broken])
    expect(page.get_by_text("conversation 2, message 2: its parent is not in the file")).to_be_visible()
    expect(page.get_by_role("link", name="Sorting in Python")).to_have_count(0)


def test_what_takes_conversations_along_is_large_enough_to_hit(asked: Page) -> None:
    for menu in ("#heading", "#data"):
        asked.locator(f"{menu} summary").first.click()
        for part in asked.locator(f"{menu} :is(a, button, summary)").filter(visible=True).all():
            box = part.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24
