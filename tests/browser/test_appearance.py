"""Light and dark, and the side bar, in Chromium: chosen, remembered, and right from the first paint."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ask, wait_for_end
from tests.browser.chromium import visit
from tests.contrast import contrast

# How the page is marked when the document's body begins: nothing is painted before.
FIRST_LOOK = """new MutationObserver((_, watch) => {
  if (!document.body) return;
  watch.disconnect();
  window.firstLook = document.documentElement.className;
}).observe(document, { childList: true, subtree: true });"""


def brightness(page: Page) -> int:
    return sum(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"))


@pytest.mark.parametrize(("system", "chosen"), [("light", "Dark"), ("dark", "Light")])
def test_the_chosen_theme_is_remembered_and_there_before_the_first_paint(
    context: BrowserContext, app: AppProcess, system: str, chosen: str
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if system == "dark" else "light")
    page.add_init_script(FIRST_LOOK)
    visit(page, app.url)
    expect(page.get_by_role("radio", name="As the system")).to_be_checked()
    before = brightness(page)
    page.get_by_role("radio", name=chosen).check()
    assert (brightness(page) < before) == (chosen == "Dark")
    page.reload()
    page.locator("[data-conversation]").first.wait_for()
    assert ("dark" in page.evaluate("firstLook").split()) == (chosen == "Dark")
    expect(page.get_by_role("radio", name=chosen)).to_be_checked()
    assert (brightness(page) < before) == (chosen == "Dark")


def test_as_the_system_follows_the_system(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    light = brightness(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_class("dark")
    assert brightness(page) < light


def test_the_side_bar_is_hidden_and_stays_hidden(page: Page) -> None:
    page.get_by_role("button", name="Hide side bar").press("Enter")
    expect(page.get_by_role("button", name="New chat")).to_be_hidden()
    expect(page.get_by_role("button", name="Show side bar")).to_be_focused()
    page.reload()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    expect(page.get_by_role("button", name="New chat")).to_be_hidden()
    page.get_by_role("button", name="Show side bar").click()
    expect(page.get_by_role("button", name="New chat")).to_be_visible()


def test_on_a_phone_the_side_bar_is_a_drawer(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.reload()
    new_chat = page.get_by_role("button", name="New chat")
    show = page.get_by_role("button", name="Show side bar")
    show.click()
    expect(new_chat).to_be_visible()
    page.keyboard.press("Escape")
    expect(new_chat).to_be_hidden()
    expect(show).to_be_focused()
    show.click()
    # Beside it: the click closes, and presses nothing that lies below.
    page.mouse.click(300, 300)
    expect(new_chat).to_be_hidden()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)
    show.click()
    # What the page presses by itself closes nothing.
    page.get_by_role("searchbox").fill("nothing of that kind")
    expect(page.locator("#found").get_by_text("Nothing found.")).to_be_visible()
    new_chat.click()
    expect(new_chat).to_be_hidden()


def test_on_a_tablet_the_conversation_has_the_whole_width(page: Page) -> None:
    new_chat = page.get_by_role("button", name="New chat")
    page.set_viewport_size({"width": 900, "height": 640})
    expect(new_chat).to_be_visible()
    page.set_viewport_size({"width": 899, "height": 640})
    expect(new_chat).to_be_hidden()
    page.get_by_role("button", name="Show side bar").click()
    expect(new_chat).to_be_visible()
    page.keyboard.press("Escape")
    expect(new_chat).to_be_hidden()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_what_went_wrong_is_seen_in_both_themes(page: Page, app: AppProcess, theme: str) -> None:
    page.get_by_role("radio", name=theme).check()
    page.goto(f"{app.url}/?c=nowhere")
    alert = page.get_by_role("alert").filter(visible=True)
    expect(alert).to_be_visible()
    sign, border, ground = alert.evaluate("""alert => [getComputedStyle(alert, "::before").backgroundColor,
      getComputedStyle(alert).borderTopColor, getComputedStyle(document.body).backgroundColor].map((colour) =>
        "#" + colour.match(/\\d+/g).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join(""))""")
    assert min(contrast(sign, ground), contrast(border, ground)) >= 4.5


def test_only_the_conversation_is_printed(answered: Page) -> None:
    answered.emulate_media(media="print")
    expect(answered.get_by_role("log").get_by_role("article")).to_have_count(2)
    expect(answered.get_by_role("heading", level=1)).to_be_visible()
    for name in ("New chat", "Send", "Regenerate", "Settings", "Hide side bar"):
        expect(answered.get_by_role("button", name=name)).to_be_hidden()
    # However dark the page is.
    answered.emulate_media(media="print", color_scheme="dark")
    assert brightness(answered) == 3 * 255
    for article in answered.get_by_role("log").get_by_role("article").all():
        expect(article).to_be_visible()


def test_on_paper_there_is_nothing_to_press_and_nothing_that_is_folded_away(page: Page) -> None:
    page.get_by_label("Attach files").set_input_files(
        [{"name": "notes.py", "mimeType": "text/plain", "buffer": b"FOLDED = 1"}]
    )
    expect(page.get_by_text("notes.py")).to_be_visible()
    ask(page, "Say hello.")
    wait_for_end(page)
    folded = page.locator("#log").get_by_text("FOLDED")
    expect(folded).to_be_hidden()
    page.locator("#log .messages").evaluate("""(messages) => messages.insertAdjacentHTML("afterbegin",
      `<p class="earlier"><button>Earlier</button></p><p class="notice">Told. <button>Retry</button></p>`)""")
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    pressed = (
        "all => all.filter((each) => each.checkVisibility({ visibilityProperty: true })).map((each) => each.outerHTML)"
    )
    assert page.locator("button, input, select, textarea").evaluate_all(pressed) == []
    expect(page.get_by_text("Told.")).to_be_hidden()
