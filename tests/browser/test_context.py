"""What the model sees, in Chromium, with the real model: the meter at the box, and the panel behind an answer."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, keep_it_short, wait_for_end

CODE = "def double(number):\n    return number * 2\n"
FILE: FilePayload = {"name": "main.py", "mimeType": "text/plain", "buffer": CODE.encode()}


@pytest.fixture
def app(model_app: AppProcess) -> AppProcess:
    return model_app


@pytest.fixture
def answered(page: Page) -> Page:
    """The page, with the beginning of an answer."""
    keep_it_short(page)
    ask(page, QUESTION)
    wait_for_end(page)
    return page


def meter(page: Page) -> Locator:
    return page.get_by_role("meter", name="Context window")


def legend(page: Page) -> Locator:
    return page.get_by_role("list", name="Context window")


def filled(page: Page) -> int:
    return int(meter(page).get_attribute("aria-valuenow") or 0)


def type_and_wait(page: Page, text: str) -> None:
    """Until the meter has followed."""
    with page.expect_response("**/context"):
        page.get_by_role("textbox", name="Message").fill(text)


def panel(page: Page) -> Locator:
    page.get_by_role("button", name="What the model saw").click()
    return page.get_by_role("dialog", name="What the model saw")


def test_the_meter_follows_what_is_typed_and_attached_and_sent(page: Page) -> None:
    expect(meter(page)).to_have_attribute("aria-valuetext", re.compile(r"^1\d\d of 8,192 tokens, 512 kept for the ans"))
    at_first = filled(page)
    type_and_wait(page, "word " * 100)
    expect(meter(page)).not_to_have_attribute("aria-valuenow", str(at_first))
    assert 100 <= filled(page) - at_first <= 130
    with page.expect_response("**/context"):
        page.get_by_label("Attach files").set_input_files([FILE])
    page.get_by_text("kept for the answer").click()
    expect(legend(page)).to_contain_text(re.compile(r"Attached files \d\d"))
    keep_it_short(page)
    expect(meter(page)).to_have_attribute("aria-valuetext", re.compile(", 12 kept for the answer"))
    ask(page, QUESTION)
    wait_for_end(page)
    page.get_by_text("kept for the answer").click()
    expect(legend(page)).to_contain_text(
        re.compile(r"Earlier turns [1-9]\d.*Attached files 0.*Your message 0", re.DOTALL)
    )


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
    keep_it_short(page)
    page.get_by_role("button", name="Send").click()
    wait_for_end(page)
    assert len(asked) < 10


def test_the_panel_shows_the_prompt_its_parts_and_how_the_answer_was_made(answered: Page) -> None:
    answered.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen = panel(answered)
    expect(seen).to_contain_text("This is the text that the model was sent, proven by its checksum.")
    expect(seen.get_by_role("term")).to_have_text(["Model", "Template", "Sampling", "Seed", "Prompt", "Answer", "Time"])
    expect(seen.get_by_role("definition").first).to_contain_text("smollm2-135m-instruct")
    parts = seen.locator("details")
    expect(parts.locator("summary")).to_have_text(
        [re.compile(f"{name}.*tokens") for name in ("Instructions", "Question 1", "Where the answer begins")]
    )
    expect(parts.nth(1).locator("pre")).to_contain_text(QUESTION)
    seen.get_by_role("button", name="Copy the prompt").click()
    copied = answered.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("<|im_start|>system")
    assert copied.endswith(f"{QUESTION}<|im_end|>\n<|im_start|>assistant\n")
    answered.keyboard.press("Escape")
    expect(seen).to_be_hidden()
    expect(answered.get_by_role("button", name="What the model saw")).to_be_focused()
    expect(panel(answered)).to_be_visible()


def test_a_narrow_screen_holds_meter_and_panel(answered: Page) -> None:
    answered.set_viewport_size({"width": 320, "height": 640})
    expect(meter(answered)).to_be_in_viewport(ratio=1)
    expect(panel(answered)).to_be_in_viewport(ratio=1)
    expect(answered.locator("html")).to_have_js_property("scrollWidth", 320)
