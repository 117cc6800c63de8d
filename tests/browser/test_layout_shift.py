"""What stands on the page stays where it is: from the first paint on, while an answer grows, and when it has ended."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import ask
from tests.browser.chromium import visit
from tests.fakes.fake_engine import FakeEngine

ANSWER = " Use `reversed`.\n\n```python\nitems[::-1]\n```\n\n| Way | Time |\n|---|---|\n| slicing | 1 ms |\n\n" * 8
PIECES = re.findall(r"\S+\s*|\s+", ANSWER)
PACE = 0.005
# Each as its share of the window and what moved; what follows a person's own key or click is told apart by the browser.
WATCH = """window.moved = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput) moved.push([value, ...sources.map(({ node }) => node?.parentElement?.innerHTML.slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });"""
# Every look of the page's ground and side bar, from frame to frame.
LOOKS = """window.looks = new Set();
(function look() {
  const colour = (selector, name) => {
    const found = document.querySelector(selector);
    return found && looks.add(`${selector} ${getComputedStyle(found)[name]}`);
  };
  colour("body", "backgroundColor");
  colour("#sidebar", "backgroundColor");
  colour("#sidebar", "position");
  colour("#composer", "display");
  requestAnimationFrame(look);
})();"""
NEXT_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def moved(page: Page) -> list[list[object]]:
    """Since this was asked last."""
    page.evaluate(NEXT_FRAMES)
    return list(page.evaluate("moved.splice(0)"))


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_moves_while_the_page_loads_and_while_an_answer_grows(
    page: Page, app: AppProcess, engine: FakeEngine, width: int
) -> None:
    engine.default_pieces(*PIECES, pace=PACE)
    page.set_viewport_size({"width": width, "height": 720})
    page.add_init_script(WATCH)
    visit(page, app.url)
    expect(page.get_by_role("meter")).to_be_visible()
    assert moved(page) == []
    for answers in (1, 2):
        ask(page, "How do I reverse a list?")
        expect(page.get_by_role("log").get_by_role("article", name="Assistant")).to_have_count(answers)
        expect(page.get_by_role("button", name="Regenerate")).to_be_visible()
        assert moved(page) == []
    page.reload()
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()
    expect(page.get_by_role("meter")).to_be_visible()
    assert moved(page) == []


def test_no_frame_shows_the_page_without_its_looks(page: Page, app: AppProcess) -> None:
    page.emulate_media(color_scheme="dark")
    page.add_init_script(LOOKS)
    visit(page, app.url)
    looks = page.evaluate("[...looks]")
    assert len(looks) == len({look.split()[0] for look in looks}) + 1
    assert "#sidebar fixed" in looks
