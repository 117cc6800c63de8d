"""Keys that do what buttons do: the list that says which, where they work, and where they keep out of the way."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import ask, wait_for_end
from tests.browser.scripts import PACE, UNENDED
from tests.fakes.fake_engine import FakeEngine


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def shortcuts(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keyboard shortcuts")


def question(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article", name="You")


def leave_the_box(page: Page) -> None:
    page.get_by_role("button", name="Keyboard shortcuts").focus()


def test_the_list_opens_by_a_button_and_by_its_key_keeps_the_focus_and_gives_it_back(paced: Page) -> None:
    button = paced.get_by_role("button", name="Keyboard shortcuts")
    button.click()
    expect(shortcuts(paced).get_by_role("term")).to_have_count(13)
    for _ in range(4):
        # Between the last and the first is the browser's own bar, and nothing of the page.
        paced.keyboard.press("Tab")
        assert paced.evaluate("document.activeElement.closest('dialog') || document.activeElement === document.body")
    paced.keyboard.press("Escape")
    expect(shortcuts(paced)).to_be_hidden()
    expect(button).to_be_focused()
    box(paced).press("Alt+Shift+?")
    shortcuts(paced).get_by_role("button", name="Close").click()
    expect(box(paced)).to_be_focused()


def test_a_letter_is_text_while_typing_and_a_command_elsewhere_unless_that_is_off(paced: Page) -> None:
    box(paced).press_sequentially("so? lock")
    expect(box(paced)).to_have_value("so? lock")
    expect(shortcuts(paced)).to_be_hidden()
    search = paced.get_by_role("searchbox", name="Search conversations")
    search.press_sequentially("?")
    expect(search).to_have_value("?")
    leave_the_box(paced)
    paced.keyboard.press("?")
    shortcuts(paced).get_by_role("checkbox", name="The last key alone").uncheck()
    paced.keyboard.press("Escape")
    paced.keyboard.press("m")
    expect(box(paced)).not_to_be_focused()
    paced.reload()
    expect(box(paced)).to_be_focused()
    leave_the_box(paced)
    paced.keyboard.press("?")
    expect(shortcuts(paced)).to_be_hidden()
    paced.keyboard.press("Alt+Shift+M")
    expect(box(paced)).to_be_focused()
    paced.keyboard.press("Alt+Shift+?")
    shortcuts(paced).get_by_role("checkbox", name="The last key alone").check()
    paced.keyboard.press("Escape")
    leave_the_box(paced)
    paced.keyboard.press("m")
    expect(box(paced)).to_be_focused()


def test_what_an_input_method_composes_is_left_to_it(paced: Page, engine: FakeEngine) -> None:
    # Long enough after it for a stop to arrive.
    engine.will_answer(*UNENDED, pace=PACE)
    ask(paced, "How?")
    expect(paced.get_by_role("button", name="Stop")).to_be_visible()
    session = paced.context.new_cdp_session(paced)
    session.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    composing = {"type": "rawKeyDown", "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", composing)
    engine.release()
    wait_for_end(paced)
    expect(paced.get_by_text("Stopped.", exact=True)).to_have_count(0)


def test_asking_stopping_editing_regenerating_and_going_about_by_keys_alone(paced: Page, engine: FakeEngine) -> None:
    keys = paced.keyboard
    engine.will_answer(*UNENDED)
    keys.type("The first?")
    keys.press("Enter")
    expect(paced.get_by_role("button", name="Stop")).to_be_visible()
    keys.press("Escape")
    expect(paced.get_by_text("Stopped.", exact=True)).to_be_visible()
    expect(box(paced)).to_be_focused()
    keys.press("ArrowUp")
    expect(box(paced)).to_have_value("The first?")
    keys.press("ArrowUp")
    keys.press("End")
    keys.type(" Or not?")
    keys.press("Enter")
    expect(question(paced)).to_contain_text("The first? Or not?")
    expect(paced.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    wait_for_end(paced)
    engine.will_answer(*UNENDED)
    keys.press("Alt+Shift+R")
    expect(paced.get_by_role("button", name="Stop")).to_be_visible()
    keys.press("Escape")
    expect(paced.get_by_role("group", name="Version 2 of 2")).to_have_count(2)

    keys.press("Alt+Shift+O")
    expect(paced.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    keys.type("The second?")
    keys.press("Enter")
    wait_for_end(paced)
    keys.press("Alt+Shift+J")
    expect(question(paced)).to_contain_text("The first?")
    keys.press("Alt+Shift+K")
    expect(question(paced)).to_contain_text("The second?")
    keys.press("Alt+Shift+L")
    expect(paced.get_by_role("button", name="New chat")).to_be_hidden()
    expect(box(paced)).to_be_focused()
    keys.press("Alt+Shift+S")
    expect(paced.get_by_role("searchbox", name="Search conversations")).to_be_focused()
    keys.type("or not")
    expect(paced.get_by_role("navigation", name="Search results").get_by_role("link").first).to_be_visible()
    keys.press("Escape")
    expect(paced.get_by_role("navigation", name="Conversations")).to_be_visible()


def test_the_last_code_is_copied_and_said_to_be(paced: Page) -> None:
    paced.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box(paced).press("Alt+Shift+C")
    expect(paced.get_by_role("status").get_by_text("There is no code here to copy.")).to_be_visible()
    ask(paced, "How?")
    wait_for_end(paced)
    box(paced).press("Alt+Shift+C")
    expect(paced.get_by_role("status").get_by_text("Code copied.")).to_be_visible()
    assert paced.evaluate("navigator.clipboard.readText()") == "print(2)\n"
