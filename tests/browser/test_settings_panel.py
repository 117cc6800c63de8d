"""The settings' panel: beside the conversation where there is room, else over it, in Chromium."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.asking import QUESTION, ask, open_settings


def opened(page: Page) -> Locator:
    open_settings(page)
    return page.get_by_role("textbox", name="Seed")


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def test_beside_the_conversation_it_covers_nothing_and_stays_while_one_types(page: Page) -> None:
    seed = opened(page)
    send, panel = box(page.get_by_role("button", name="Send")), box(page.locator("#settings"))
    assert send["x"] + send["width"] <= panel["x"]
    page.get_by_role("textbox", name="Message").click()
    expect(seed).to_be_visible()
    page.get_by_role("button", name="Settings").click()
    expect(seed).to_be_hidden()
    assert box(page.get_by_role("button", name="Send"))["x"] > send["x"]


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_each_control_has_its_name_above_what_it_does_above_itself(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page)
    panel = page.locator("#settings")
    assert panel.evaluate("each => each.scrollWidth <= each.clientWidth")
    lefts = set()
    for name in ("temperature", "top_p", "repetition_penalty", "max_new_tokens"):
        control = page.locator(f"#option-{name}")
        label, info, slider = (
            box(control.locator(part)) for part in ("[data-testid=block-info]", ".info-text", "[type=range]")
        )
        number = box(control.get_by_role("spinbutton"))
        assert label["y"] + label["height"] <= info["y"] + 1
        assert info["y"] + info["height"] <= slider["y"] + 1
        assert label["x"] + label["width"] <= number["x"]
        assert info["width"] == pytest.approx(box(control)["width"], abs=2)
        lefts.add(round(label["x"] - box(control)["x"]))
    assert lefts == {0}


def test_over_the_conversation_it_closes_with_escape_and_when_something_else_is_used(page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 800})
    seed = opened(page)
    seed.focus()
    page.keyboard.press("Escape")
    expect(seed).to_be_hidden()
    expect(page.get_by_role("button", name="Settings")).to_be_focused()
    opened(page)
    # Beside it: the click closes, and presses nothing that lies below.
    page.mouse.click(100, 300)
    expect(seed).to_be_hidden()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)
    opened(page)
    page.keyboard.press("Shift+Tab")
    expect(seed).to_be_hidden()


def test_on_a_phone_what_is_set_is_kept_when_the_box_is_used(paced: Page) -> None:
    page = paced
    page.set_viewport_size({"width": 320, "height": 640})
    opened(page).fill("7")
    ask(page, QUESTION)
    expect(page.locator("#log .source")).to_contain_text("seed 7")
