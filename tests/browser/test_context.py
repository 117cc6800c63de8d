"""What the model sees, in Chromium: the meter at the box, and the panel behind an answer."""

from playwright.sync_api import Page, Route, expect

from tests.browser.asking import wait_for_end
from tests.browser.context import legend, meter, panel, type_and_wait


def test_a_conversation_that_is_opened_is_measured_as_itself_and_as_nothing_before(answered: Page) -> None:
    measured: list[str] = []
    held: list[Route] = []
    answered.on("request", lambda each: measured.append(str(each.post_data)) if "/context" in each.url else None)

    def hold(route: Route) -> None:
        held.append(route)

    answered.route("**/queue/join*", hold)
    answered.clock.install()
    answered.reload()
    expect(answered.get_by_role("log")).to_be_attached()
    answered.clock.fast_forward(1000)
    for route in held:
        route.continue_()
    answered.unroute("**/queue/join*")
    expect(meter(answered)).to_be_visible()
    here = answered.url.partition("?c=")[2]
    assert here
    assert [here in each for each in measured] == [True] * len(measured)


def test_a_message_that_cannot_fit_is_said_before_it_is_sent(page: Page) -> None:
    type_and_wait(page, "word " * 9000)
    expect(page.get_by_text("does not fit")).to_be_visible()


def test_the_meter_is_reached_by_keyboard_and_is_not_read_out_while_typing(page: Page) -> None:
    expect(meter(page)).to_be_visible()
    page.get_by_text("kept for the answer").focus()
    page.keyboard.press("Enter")
    expect(legend(page)).to_be_visible()
    type_and_wait(page, "More.")
    expect(legend(page)).to_be_visible()
    assert (
        page.locator("[aria-live] :is([role=meter]), [role=status] [role=meter], [role=log] [role=meter]").count() == 0
    )


def test_typing_waits_for_no_measurement(page: Page) -> None:
    expect(meter(page)).to_be_visible()
    asked: list[str] = []
    page.route("**/context", lambda route: asked.append(str(route.request.post_data)))
    box = page.get_by_role("textbox", name="Message")
    box.press_sequentially("x" * 40)
    page.get_by_role("button", name="Send").click()
    wait_for_end(page)
    assert len(asked) < 10


def test_a_narrow_screen_holds_meter_and_panel(answered: Page) -> None:
    answered.set_viewport_size({"width": 320, "height": 640})
    expect(meter(answered)).to_be_in_viewport(ratio=1)
    expect(panel(answered)).to_be_in_viewport(ratio=1)
    expect(answered.locator("html")).to_have_js_property("scrollWidth", 320)
