"""Where the page is scrolled to while an answer grows, when it ends, and when something is opened, in Chromium."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import answers, ask, edit
from tests.fakes.engine_script import HOLD
from tests.fakes.fake_engine import FakeEngine

ENDED = "The answer is complete."
# A page that is measured, or shown, between any two steps of its drawing.
MEASURE = """new MutationObserver(() => document.body.offsetHeight)
    .observe(document.querySelector("#log"), { childList: true, subtree: true })"""


def place(page: Page) -> float:
    """Of the last question in the window, also where it is out of sight: what stays there has not moved. Found and
    measured in one step: the end of the log is drawn anew all the time."""
    return page.evaluate("[...document.querySelectorAll('#log .question')].at(-1).getBoundingClientRect().y")


def line(page: Page, number: int) -> Locator:
    return page.get_by_role("log").get_by_text(f"Line {number} of").last


def latest(page: Page) -> Locator:
    return page.get_by_role("button", name="Jump to latest")


def wheel(page: Page, by: int) -> None:
    page.mouse.move(700, 300)
    page.mouse.wheel(0, by)


def is_written(page: Page, number: int) -> None:
    expect(line(page, number)).to_be_attached()


def test_an_answer_is_followed_until_its_end(paced: Page) -> None:
    ask(paced, "How?")
    is_written(paced, 20)
    expect(paced.get_by_role("log").get_by_role("paragraph").last).to_be_in_viewport()
    expect(latest(paced)).to_be_hidden()
    expect(paced.get_by_text(ENDED)).to_be_attached()
    expect(paced.get_by_role("button", name="Regenerate")).to_be_in_viewport()


def test_whoever_scrolls_up_stays_there_to_the_end_and_is_led_back_by_a_button(paced: Page) -> None:
    paced.evaluate(MEASURE)
    ask(paced, "How?")
    is_written(paced, 20)
    wheel(paced, -60)
    expect(latest(paced)).to_be_visible()
    before = place(paced)
    is_written(paced, 30)
    assert place(paced) == before
    expect(paced.get_by_text(ENDED)).to_be_attached()
    expect(paced.get_by_role("button", name="Regenerate")).to_be_attached()
    assert place(paced) == before
    latest(paced).press("Enter")
    expect(paced.get_by_role("button", name="Regenerate")).to_be_in_viewport()
    expect(latest(paced)).to_be_hidden()
    expect(paced.get_by_role("textbox", name="Message")).to_be_focused()


def test_the_button_follows_again_while_the_answer_grows(paced: Page) -> None:
    ask(paced, "How?")
    is_written(paced, 15)
    wheel(paced, -200)
    latest(paced).click()
    expect(line(paced, 39)).to_be_in_viewport()


def test_ones_own_question_is_shown_wherever_one_was(paced: Page) -> None:
    ask(paced, "How?")
    expect(paced.get_by_role("button", name="Regenerate")).to_be_visible()
    wheel(paced, -5000)
    expect(latest(paced)).to_be_visible()
    ask(paced, "And then?")
    expect(paced.get_by_role("log").get_by_text("And then?")).to_be_in_viewport()
    is_written(paced, 39)
    expect(paced.get_by_role("button", name="Regenerate")).to_be_in_viewport()


def test_a_conversation_opens_at_its_end_and_another_version_at_its_message(paced: Page) -> None:
    ask(paced, "How?")
    paced.get_by_role("button", name="Regenerate").click()
    earlier = paced.get_by_role("button", name="Earlier version")
    earlier.scroll_into_view_if_needed()
    earlier.press("Enter")
    expect(paced.get_by_role("button", name="Later version")).to_be_focused()
    expect(paced.get_by_role("button", name="Later version")).to_be_in_viewport()
    wheel(paced, -5000)
    paced.get_by_role("button", name="New chat").click()
    expect(paced.get_by_role("button", name="Regenerate")).to_be_hidden()
    assert paced.evaluate("scrollY") == 0
    paced.get_by_role("link", name="How?").click()
    expect(paced.get_by_role("button", name="Regenerate")).to_be_in_viewport()


def test_another_version_is_looked_at_while_an_answer_is_written(page: Page, engine: FakeEngine) -> None:
    log, stop = page.get_by_role("log"), page.get_by_role("button", name="Stop")
    question = log.get_by_role("article", name="You")
    engine.will_answer("With a hammer.")
    ask(page, "How?")
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()
    engine.will_answer("Since it", HOLD, " is loose.")
    edit(page)
    expect(page.get_by_role("button", name="Cancel editing")).to_be_visible()
    ask(page, "Why?")
    expect(answers(page)).to_contain_text("Since it")
    log.get_by_role("button", name="Earlier version").press("Enter")
    expect(answers(page)).to_contain_text("With a hammer.")
    expect(answers(page)).to_have_count(1)
    expect(stop).to_be_visible()
    page.reload()
    expect(answers(page)).to_contain_text("With a hammer.")
    expect(stop).to_be_visible()
    engine.release()
    expect(stop).to_be_hidden()
    expect(question).to_contain_text("How?")
    expect(answers(page)).to_contain_text("With a hammer.")
    log.get_by_role("button", name="Later version").press("Enter")
    expect(answers(page)).to_contain_text("Since it is loose.")


def test_what_is_typed_moves_nothing_above_the_box(paced: Page) -> None:
    ask(paced, "How?")
    expect(paced.get_by_role("button", name="Regenerate")).to_be_visible()
    wheel(paced, -300)
    expect(latest(paced)).to_be_visible()
    before = place(paced)
    paced.get_by_role("textbox", name="Message").press_sequentially("What is this?")
    assert place(paced) == before
