"""What can be done with a message: in one quiet row, seen where it is likely to be wanted, there for everybody."""

from playwright.sync_api import Browser, Locator, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import answers, ask, wait_for_end
from tests.browser.chromium import visit


def two_answers(page: Page) -> tuple[Locator, Locator]:
    for count, question in enumerate(("The first?", "The second?"), 1):
        ask(page, question)
        wait_for_end(page, count)
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(5, 400)
    first, second = answers(page).all()
    return (
        first.get_by_role("button", name="Copy answer"),
        second.get_by_role("button", name="Copy answer"),
    )


def test_below_an_earlier_answer_it_is_seen_when_pointed_at_or_used_by_keyboard(paced: Page) -> None:
    earlier, last = two_answers(paced)
    expect(last).to_have_css("opacity", "1")
    expect(earlier).to_have_css("opacity", "0")
    answers(paced).first.hover()
    expect(earlier).to_have_css("opacity", "1")
    paced.mouse.move(5, 400)
    expect(earlier).to_have_css("opacity", "0")
    earlier.focus()
    expect(earlier).to_have_css("opacity", "1")
    answers(paced).first.get_by_role("button", name="Good answer").click()
    paced.evaluate("document.activeElement.blur()")
    paced.mouse.move(5, 400)
    # A vote says something.
    expect(answers(paced).first.get_by_role("group", name="Rating")).to_have_css("opacity", "1")


def test_for_fingers_it_is_always_there(browser: Browser, app: AppProcess) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page = context.new_page()
    visit(page, app.url)
    earlier, last = two_answers(page)
    expect(earlier).to_have_css("opacity", "1")
    expect(last).to_have_css("opacity", "1")
    context.close()


def test_on_a_phone_it_takes_one_row_and_a_line(paced: Page) -> None:
    paced.set_viewport_size({"width": 320, "height": 640})
    ask(paced, "The first?")
    wait_for_end(paced)
    row = answers(paced).locator("footer").bounding_box()
    assert row and row["height"] <= 60
    assert answers(paced).get_by_role("button", name="Copy answer").get_attribute("title") == "Copy answer"


def test_on_a_phone_box_and_meter_leave_the_window_to_the_conversation(paced: Page) -> None:
    paced.set_viewport_size({"width": 320, "height": 640})
    expect(paced.get_by_role("meter")).to_be_visible()
    dock = paced.locator("#dock").bounding_box()
    assert dock and dock["height"] <= 100
    # Shortened for the eye; whole for who listens or asks.
    told = paced.get_by_text("kept for the answer")
    expect(told).to_have_attribute("title", str(paced.get_by_role("meter").get_attribute("aria-valuetext")))
