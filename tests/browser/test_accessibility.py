"""Every main state of every page, in both colour schemes: for axe-core, for fingers, on narrow screens, by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ask
from tests.browser.axe import findings
from tests.browser.publishing import press_publish
from tests.fakes.engine_script import HOLD, Answer, Fault
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.http_exchange import Request
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp

CODE = (
    """ Use `reversed`, see [the docs](https://docs.python.org/3/).

## In Python

```python
@decorator
def reverse(items: list[int]) -> list[int]:
    # A comment that is longer than what a narrow screen has room for in one line.
    return [f"{item:>{42}}" for item in items[::-1]]
```

| Way | Time |
|---|---:|
| slicing | 3.4 ms |

> Somebody's words.

1. A list,
   - and one in it.

"""
    + "Donaudampfschifffahrt" * 8
)
ASKED = {
    "How do I reverse a list?": Answer(pieces=(CODE,)),
    "How do I do it slowly?": Answer(pieces=(CODE[:300], HOLD)),
    "How do I break off?": Answer(pieces=(" It begins",), fault=Fault.ERROR_EVENT),
}
# The ring of what has the focus: its own or, for what is drawn as a larger whole, that one's; null outside of the page.
RING = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const whole = focused.closest("#composer:has(textarea:focus)") || focused.closest("label");
  const rings = [focused, whole].filter(Boolean).map((each) => getComputedStyle(each)).flatMap((style) => [
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? style.outlineColor : "",
    style.boxShadow !== "none" ? style.boxShadow : "",
  ]);
  const colour = rings.join(" ").match(/rgb\\([^)]*\\)/);
  return [focused.outerHTML.slice(0, 150), colour && colour[0], getComputedStyle(document.body).backgroundColor];
}"""
# The least that a reader may set without losing anything (WCAG 1.4.12).
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""


class Answering(FakeEngine):
    """Answers what is asked, and titles with nothing of use."""

    async def _stream(self, request: Request, answer: Answer, writer: object) -> bool:
        prompt = str(request.body.get("prompt"))
        asked = [question for question in ASKED if prompt.rpartition("<|im_start|>user\n")[2].startswith(question)]
        return await super()._stream(request, ASKED[asked[0]] if asked else answer, writer)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """Nobody is at the address of its provider: signing in fails."""
    with served(Answering) as url:
        engine = {"backend": "openai", "backend_url": url, "prompt": "chat/chatml"}
        provider = {"oidc_provider_url": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_name": "Nobody"}
        with ForkedApp(tmp_path_factory.mktemp("data"), **engine, **provider) as running:
            running.wait_until_ready()
            yield running


def read(page: Page) -> None:
    """Until the answer about lists is there; with the question is something to redact."""
    ask(page, "How do I reverse a list? Write to jo.doe@initech.com")
    expect(page.get_by_text("Somebody's words.").last).to_be_visible()
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()


def test_nothing_is_found_on_the_way_to_an_answer(page: Page) -> None:
    found = findings(page, "first visit")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("combobox", name="Prompt").select_option("My own")
    page.get_by_role("button", name="Add an example dialogue").click()
    found += findings(page, "settings")
    page.get_by_role("combobox", name="Prompt").select_option("What suits the model")
    page.get_by_role("button", name="Settings").click()
    ask(page, "How do I do it slowly?")
    expect(page.get_by_role("heading", name="In Python")).to_be_visible()
    found += findings(page, "streaming")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()
    ask(page, "How do I break off?")
    expect(page.get_by_role("log").get_by_role("alert")).to_be_visible()
    found += findings(page, "error")
    assert found == []


def test_nothing_is_found_around_a_conversation_with_code(page: Page) -> None:
    read(page)
    found = findings(page, "conversation")
    page.get_by_label("Compare", exact=True).click()
    expect(page.get_by_role("combobox", name="Prompt")).to_have_text(re.compile("What suits the model"))
    found += findings(page, "second answer")
    page.get_by_text("Export", exact=True).click()
    found += findings(page, "export")
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("form", name="Rating")).to_be_visible()
    found += findings(page, "rating")
    page.get_by_role("button", name="What the model saw").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += findings(page, "what the model saw")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("reverse")
    expect(page.get_by_role("navigation", name="Search results")).to_be_visible()
    found += findings(page, "search")
    assert found == []


def test_on_a_tablet_nothing_of_a_conversation_is_beside_the_window_but_code(page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 640})
    read(page)
    found = findings(page, "conversation")
    page.locator("#help button").evaluate("each => each.click()")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found += findings(page, "shortcuts")
    page.keyboard.press("Escape")
    assert found == []
    expect(page.locator("html")).to_have_js_property("scrollWidth", 768)


def test_nothing_is_found_and_the_conversation_is_seen_at_four_times_the_size(page: Page) -> None:
    """1280 by 1024 pixels, enlarged as WCAG 1.4.10 asks: no bar stays in view."""
    page.set_viewport_size({"width": 320, "height": 256})
    read(page)
    found = findings(page, "conversation")
    bars = page.evaluate("['#top', '#dock'].map(bar => getComputedStyle(document.querySelector(bar)).position)")
    assert bars == ["relative", "relative"]
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("textbox", name="Seed")).to_be_attached()
    found += findings(page, "settings")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Seed")).to_be_hidden()
    assert found == []


def test_nothing_is_found_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    found = findings(page, "first visit")
    read(page)
    found += findings(page, "conversation")
    page.get_by_text("kept for the answer").click()
    found += findings(page, "legend")
    page.get_by_role("button", name="Show side bar").click()
    page.get_by_text("My data", exact=True).click()
    found += findings(page, "drawer")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("textbox", name="Seed")).to_be_attached()
    found += findings(page, "settings")
    page.evaluate(SPACED)
    found += findings(page, "with more space in the text")
    assert found == []


def test_nothing_is_found_on_a_phone_around_two_answers(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    read(page)
    page.get_by_label("Compare", exact=True).click()
    form = page.get_by_role("form", name="A second answer")
    expect(form).to_be_visible()
    found = findings(page, "form")
    box = form.bounding_box()
    fields = [field.bounding_box() for field in form.locator("input, select, button").all()]
    # They may not stand out of the form, which scrolls by itself.
    assert box and [at for at in fields if at and at["x"] + at["width"] > box["x"] + box["width"]] == []
    form.get_by_role("button", name="Answer beside it").click()
    pair = page.get_by_role("region", name="Two answers")
    expect(pair.get_by_role("button", name="Keep this one")).to_have_count(2)
    found += findings(page, "two answers")
    assert found == []
    expect(page.locator("html")).to_have_js_property("scrollWidth", 320)


def test_nothing_is_found_on_the_pages_of_shares_and_of_signing_in(page: Page, app: AppProcess) -> None:
    read(page)
    page.get_by_role("link", name="Share", exact=True).click()
    expect(page.get_by_role("checkbox", name="Keep")).to_be_visible()
    found = both_widths(page, "preview")
    press_publish(page)
    found += both_widths(page, "published")
    page.goto(page.get_by_role("textbox", name="Link", exact=True).input_value())
    found += both_widths(page, "shared page")
    page.goto(f"{app.url}/shares")
    found += both_widths(page, "my shares")
    page.goto(f"{app.url}/s/{'x' * 43}")
    found += both_widths(page, "no such page")
    page.goto(f"{app.url}/auth/sign-in")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    assert found + both_widths(page, "sign-in") == []


def test_nothing_is_found_where_one_has_to_sign_in_first(browser: Browser, tmp_path: Path) -> None:
    provider = {"oidc_provider_url": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_name": "Nobody"}
    with ForkedApp(tmp_path, sign_in_required="true", **provider) as closed:
        context = browser.new_context()
        page = context.new_page()
        page.goto(closed.url)
        expect(page.get_by_role("link", name="Nobody")).to_be_visible()
        assert both_widths(page, "sign-in first") == []
        context.close()


def both_widths(page: Page, where: str) -> list[str]:
    found = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 640})
        found += findings(page, f"{where}, {width} px")
    return found


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_all_that_the_keyboard_comes_to_has_a_ring_that_is_seen(page: Page, theme: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    read(page)
    page.get_by_role("radio", name=theme).check()
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("textbox", name="Seed")).to_be_visible()
    page.get_by_role("button", name="Hide side bar").focus()
    unseen, reached = [], 0
    for _ in range(100):
        page.keyboard.press("Tab")
        if not (focused := page.evaluate(RING)):
            break
        what, ring, ground = focused
        reached += 1
        if not ring or contrast(ring, ground) < 3:
            unseen.append((what, ring))
    assert unseen == []
    assert 30 <= reached < 100


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, as `rgb(…)`."""

    def luminance(colour: str) -> float:
        shares = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_with_the_systems_own_colours_nothing_is_lost(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    icon = "each => [getComputedStyle(each, '::before').backgroundColor, getComputedStyle(each).backgroundColor]"
    drawn, ground = page.get_by_role("button", name="Send").evaluate(icon)
    assert contrast(drawn, ground) >= 3
    expect(page.get_by_role("meter")).to_be_visible()
    parts = (
        page.get_by_role("meter").locator("span").evaluate_all("all => all.map(p => getComputedStyle(p).background)")
    )
    assert len(set(parts)) == len(parts) > 1
    outline = "each => getComputedStyle(each).outlineColor"
    page.get_by_role("textbox", name="Message").focus()
    assert "rgba" not in page.locator("#composer").evaluate(outline)
    chosen = page.get_by_role("radio", name="As the system").locator("xpath=..")
    assert "rgba" not in chosen.evaluate(outline)


def test_nothing_moves_for_those_who_want_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    ask(page, "How do I do it slowly?")
    expect(page.get_by_role("heading", name="In Python")).to_be_visible()
    assert page.evaluate("document.getAnimations().filter(each => each.playState === 'running').length") == 0
    page.get_by_role("button", name="Stop").click()
