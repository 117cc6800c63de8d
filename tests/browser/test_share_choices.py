"""What else goes into a shared page is ticked and seen first; what is too much or has changed is told, in Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import visit
from tests.browser.publishing import press_publish
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp

FILE = {"name": "main.py", "mimeType": "text/plain", "buffer": b"TO = 'ann.lee@acme.dev'\n"}
CHOICES = ("Other versions", "Settings of the conversation", "The prompt")
SHOWN = ("Another version (1)", "Settings of this conversation", "Prompt of this conversation")


@pytest.fixture(scope="module")
def quick_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """Of which one person may have one link an hour."""
    with served(lambda: FakeEngine(Answer(pieces=(" Use", " reversed().")))) as url:
        settings = {"backend": "openai", "backend_url": url, "shares_per_hour": "1"}
        with ForkedApp(tmp_path_factory.mktemp("data"), **settings) as running:
            running.wait_until_ready()
            yield running


@pytest.fixture
def asked(context: BrowserContext, quick_app: AppProcess) -> Page:
    """One answer, of two versions, to a question with a file."""
    page = context.new_page()
    visit(page, quick_app.url)
    page.get_by_label("Attach files").set_input_files(FILE)  # type: ignore[arg-type]  # a FilePayload
    expect(page.get_by_role("list", name="Attached files").get_by_role("listitem")).to_have_count(1)
    ask(page, QUESTION)
    wait_for_end(page)
    page.get_by_role("button", name="Regenerate").click()
    expect(page.get_by_text("2 / 2")).to_be_visible()
    wait_for_end(page)
    return page


def test_versions_settings_prompt_and_files_are_in_the_preview_once_they_are_chosen(asked: Page) -> None:
    asked.get_by_role("link", name="Share", exact=True).click()
    preview = asked.get_by_role("region", name="Preview")
    preview.get_by_text("main.py").first.click()
    expect(preview.get_by_role("mark")).to_have_text("REDACTED_EMAIL_1")
    for shown in SHOWN:
        expect(preview.get_by_text(shown)).to_have_count(0)
    for choice in CHOICES:
        asked.get_by_role("checkbox", name=choice).check()
    asked.get_by_role("button", name="Show with these choices").click()
    for choice in CHOICES:
        expect(asked.get_by_role("checkbox", name=choice)).to_be_checked()
    for shown in SHOWN:
        preview.get_by_text(shown).click()
    expect(preview.get_by_text("Use reversed().")).to_have_count(2)
    expect(preview.get_by_text("Temperature").first).to_be_visible()


def test_what_is_too_much_is_told_and_what_has_changed_is_not_copied_unseen(asked: Page, browser: Browser) -> None:
    asked.get_by_role("link", name="Share", exact=True).click()
    press_publish(asked)
    link = asked.get_by_role("textbox", name="Link", exact=True).input_value()
    reader = browser.new_context(java_script_enabled=False).new_page()
    reader.goto(link)

    asked.get_by_role("link", name="Back to the conversation").click()
    wait_for_end(asked)
    ask(asked, "And how do I sort it?")
    wait_for_end(asked, 2)
    asked.get_by_role("link", name="Share", exact=True).click()
    asked.get_by_role("checkbox", name="The prompt").check()
    asked.get_by_role("button", name="Show with these choices").click()
    asked.get_by_role("button", name="Publish").click()
    expect(asked.get_by_role("alert")).to_contain_text("Too many links: at most 1")
    expect(asked.get_by_role("checkbox", name="The prompt")).to_be_checked()

    asked.goto(link.partition("/s/")[0] + "/shares")
    asked.get_by_role("link", name="Update").click()
    asked.get_by_role("button", name="Publish this version").click()
    expect(asked.get_by_text("1 earlier version")).to_be_visible()
    reader.get_by_role("button", name="Continue this chat").click()
    expect(reader.get_by_role("heading", name="This page has changed")).to_be_visible()
    reader.get_by_role("link", name="Look at it again").click()
    expect(reader.get_by_text("And how do I sort it?")).to_be_visible()
    reader.context.close()
