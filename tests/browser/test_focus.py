"""Where the focus is after what somebody has done: never lost, and never under the bars, in Chromium."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import ask, wait_for_end
from tests.browser.scripts import UNENDED
from tests.fakes.fake_engine import FakeEngine

FIRST = "The first?"


@pytest.fixture
def box(paced: Page) -> Locator:
    return paced.get_by_role("textbox", name="Message")


@pytest.fixture
def asked(paced: Page) -> Page:
    ask(paced, FIRST)
    wait_for_end(paced)
    return paced


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).last


def test_the_box_has_it_while_an_answer_comes_and_when_it_is_stopped(
    paced: Page, box: Locator, engine: FakeEngine
) -> None:
    engine.default_pieces(*UNENDED)
    ask(paced, FIRST)
    expect(button(paced, "Stop")).to_be_visible()
    expect(box).to_be_focused()
    button(paced, "Stop").press("Enter")
    expect(paced.get_by_text("Stopped.", exact=True)).to_be_visible()
    expect(box).to_be_focused()
    button(paced, "Regenerate").press("Enter")
    expect(button(paced, "Stop")).to_be_visible()
    expect(box).to_be_focused()
    engine.release()
    wait_for_end(paced)
    expect(box).to_be_focused()


def test_it_stays_with_the_versions_of_a_message_and_edited_text_is_in_the_box(asked: Page, box: Locator) -> None:
    button(asked, "Regenerate").click()
    button(asked, "Earlier version").press("Enter")
    expect(button(asked, "Later version")).to_be_focused()
    button(asked, "Delete this version").press("Enter")
    undo = asked.get_by_role("button", name="Undo")
    undo.press("Enter")
    expect(undo).to_be_hidden()
    expect(box).to_be_focused()
    button(asked, "Good answer").press("Enter")
    expect(asked.get_by_role("combobox", name="Why?")).to_be_focused()
    button(asked, "Edit").press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value(FIRST)
    button(asked, "Cancel editing").press("Enter")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_it_stays_in_the_list_with_what_was_changed_there(asked: Page, box: Locator) -> None:
    button(asked, "New chat").press("Enter")
    expect(box).to_be_focused()
    ask(asked, "The second?")
    wait_for_end(asked)
    listed = asked.get_by_role("navigation", name="Conversations")
    listed.get_by_role("link", name=FIRST).press("Enter")
    expect(asked.get_by_role("heading", name=FIRST)).to_be_visible()
    expect(box).to_be_focused()
    menu = listed.get_by_label(f"More for {FIRST}")
    menu.press("Enter")
    listed.get_by_role("button", name=f"Pin {FIRST}").press("Enter")
    expect(listed.get_by_role("heading", name="Pinned")).to_be_visible()
    expect(menu).to_be_focused()
    menu.press("Enter")
    listed.get_by_role("button", name=f"Rename {FIRST}").press("Enter")
    asked.keyboard.type("Renamed")
    asked.keyboard.press("Enter")
    expect(listed.get_by_role("link", name="Renamed")).to_be_focused()
    listed.get_by_label("More for Renamed").press("Enter")
    listed.get_by_role("button", name="Delete Renamed").press("Enter")
    expect(listed.get_by_role("link", name="Renamed")).to_be_hidden()
    expect(listed.get_by_role("link", name="The second?")).to_be_focused()
    listed.get_by_role("button", name="Archive", exact=True).press("Enter")
    expect(listed.get_by_role("button", name="Back")).to_be_focused()
    listed.get_by_role("button", name="Back").press("Enter")
    expect(listed.get_by_role("button", name="Archive", exact=True)).to_be_focused()


def test_a_drawer_keeps_it_and_what_is_found_has_it(asked: Page) -> None:
    asked.set_viewport_size({"width": 320, "height": 640})
    asked.get_by_role("button", name="Show side bar").press("Enter")
    for _ in range(3):
        asked.keyboard.press("Shift+Tab")
        inside = "document.activeElement.closest('#sidebar') || document.activeElement === document.body"
        assert asked.evaluate(f"Boolean({inside})"), "what is behind the drawer can be reached"
    asked.get_by_role("button", name="Keyboard shortcuts").press("Enter")
    asked.keyboard.press("Escape")
    expect(asked.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
    asked.get_by_role("searchbox", name="Search conversations").fill("first")
    asked.get_by_role("navigation", name="Search results").get_by_role("link").first.press("Enter")
    expect(asked.get_by_role("button", name="Show side bar")).to_be_visible()
    expect(asked.get_by_role("log").get_by_role("article", name="You")).to_be_focused()


@pytest.mark.parametrize("height", [480, 256])
def test_nothing_that_has_it_is_hidden_by_the_bars(asked: Page, height: int) -> None:
    asked.set_viewport_size({"width": 320, "height": height})
    asked.evaluate("scrollTo(0, 0)")
    hidden = """() => {
        const [top, dock] = ["#top", "#dock"].map((bar) => document.querySelector(bar).getBoundingClientRect());
        const focused = document.activeElement;
        const { y, height } = focused.getBoundingClientRect();
        const isHidden = y < top.bottom - 1 || y + Math.min(height, 100) > Math.min(dock.top, innerHeight) + 1;
        return focused.closest("#log") && isHidden ? focused.outerHTML : "";
    }"""
    asked.get_by_role("button", name="Edit").focus()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        assert asked.evaluate(hidden) == ""
        asked.keyboard.press(key)


def test_on_a_phone_no_keyboard_is_brought_up_unasked(asked: Page) -> None:
    """The log has the focus instead of the box."""
    session = asked.context.new_cdp_session(asked)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    session.send("Emulation.setEmulatedMedia", {"features": [{"name": "pointer", "value": "coarse"}]})
    button(asked, "Regenerate").click()
    expect(asked.get_by_role("log")).to_be_focused()
