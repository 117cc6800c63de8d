"""The page in the language of its browser, and the switch."""

from playwright.sync_api import Browser, expect

from tests.app_process import AppProcess
from tests.browser.chromium import visit

# What a person reads or hears of ours and of Gradio's that has a Latin word; examples are in the model's.
LATIN = """() => {
  const shown = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility());
  const seen = shown.filter((each) => !each.closest(".examples")).flatMap((each) => [
    ...[...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent),
    ...["aria-label", "title", "placeholder"].map((name) => each.getAttribute(name) || ""),
  ]);
  return seen.filter((text) => /[A-Za-z]+ [A-Za-z]+/.test(text)).map((text) => text.trim());
}"""


def test_a_chinese_browser_reads_chinese_and_the_switch_is_remembered(browser: Browser, app: AppProcess) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    visit(page, app.url)
    page.get_by_role("button", name="设置").click()
    expect(page.get_by_role("slider", name="温度（滑块）")).to_be_visible()
    assert page.evaluate(LATIN) == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="New chat")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.get_by_role("button", name="New chat")).to_be_visible()
    context.close()


def test_right_to_left_text_runs_its_way_and_code_does_not(browser: Browser, app: AppProcess) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    visit(page, app.url)
    page.get_by_role("textbox", name="Message").fill("ما هي القائمة في بايثون؟\n```python\nx = [1]\n```")
    page.get_by_role("button", name="Send").click()
    question = page.get_by_role("article", name="You").locator("[data-copy=code]").locator("xpath=ancestor::article")
    # The server draws it anew a moment after it was sent.
    expect(question.locator("[dir=auto]").first).to_have_css("direction", "rtl")
    expect(question.locator(".code-block")).to_have_css("direction", "ltr")
    context.close()


def test_the_server_is_told_what_the_browsers_clock_shows(browser: Browser, app: AppProcess) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo")
    visit(context.new_page(), app.url)
    assert [cookie["value"] for cookie in context.cookies() if cookie["name"] == "zone"] == ["Asia%2FTokyo"]
    context.close()
