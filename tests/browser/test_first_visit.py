"""What somebody sees who has never been here, and while the model is not there."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app_process import AppProcess
from tests.browser.chromium import visit
from tests.forked_app import ForkedApp


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    expect(page.locator("html")).to_have_js_property("scrollWidth", width)
    expect(page.get_by_role("textbox", name="Message")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_on_a_phone_all_that_is_said_stands_above_the_box(browser: Browser, app: AppProcess, language: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, locale=language)
    page = context.new_page()
    visit(page, app.url)
    expect(page.locator("#top").get_by_role("link")).to_be_visible()
    end = page.locator("#log .welcome > p").last.bounding_box()
    dock = page.locator("#dock").bounding_box()
    assert end and dock and end["y"] + end["height"] <= dock["y"]
    context.close()


def test_the_pages_policy_allows_no_eval_and_only_known_scripts(context: BrowserContext, app: AppProcess) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    response = page.goto(app.url)
    assert response is not None
    directives = response.headers["content-security-policy"].split("; ")
    scripts = next(directive for directive in directives if directive.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in scripts
    expect(page.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    assert complaints == []


def test_without_a_model_the_page_is_there_and_says_why(context: BrowserContext, data_dir: Path) -> None:
    with ForkedApp(data_dir, model=str(data_dir / "missing.gguf")) as app:
        page = context.new_page()
        visit(page, app.url)
        expect(page.get_by_text("The model cannot answer.")).to_be_visible()
        expect(page.get_by_text("The model missing.gguf cannot be loaded")).to_be_visible()
        page.get_by_role("textbox", name="Message").fill("Anybody there?")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("log").get_by_text("Anybody there?")).to_be_visible()
        expect(page.get_by_role("button", name="Retry")).to_be_visible()
