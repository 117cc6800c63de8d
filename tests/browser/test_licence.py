"""A model under use restrictions answers once they are accepted, in Chromium."""

from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.browser.asking import EXAMPLE, ask, wait_for_end
from tests.browser.chromium import visit
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp


def test_the_licence_is_asked_for_once_and_its_notice_is_on_the_share(context: BrowserContext, data_dir: Path) -> None:
    with served(lambda: FakeEngine(Answer(pieces=(" Use", " list.reverse()", ".")))) as url:
        settings = {"backend": "openai", "backend_url": url, "model": "starcoder", "prompt": "tech_assistant/compact"}
        with ForkedApp(data_dir, **settings) as app:
            app.wait_until_ready()
            page = context.new_page()
            visit(page, app.url)
            page.get_by_role("button", name=EXAMPLE).click()
            told = page.get_by_role("alert")
            expect(told).to_contain_text("BigCode OpenRAIL-M v1")
            address = told.get_by_role("link", name="Read the licence").get_attribute("href")
            assert address and address.startswith("https://huggingface.co/")
            expect(page.get_by_role("textbox", name="Message")).to_have_value(EXAMPLE)
            told.get_by_role("button", name="I accept it").click()
            wait_for_end(page)
            expect(page.get_by_role("log").get_by_role("article", name="You")).to_contain_text(EXAMPLE)
            expect(page.get_by_role("textbox", name="Message")).to_have_value("")
            ask(page, "And how do I sort it?")
            wait_for_end(page, 2)
            page.get_by_role("link", name="Share", exact=True).click()
            expect(page.get_by_role("region", name="Preview")).to_contain_text("use restrictions apply")
