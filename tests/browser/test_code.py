"""Blocks of code are copied, saved, wrapped and folded, on the chat page and on a shared page, in Chromium."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.asking import answers, ask, wait_for_end
from tests.browser.publishing import press_publish
from tests.fakes.engine_script import HOLD
from tests.fakes.fake_engine import FakeEngine

LINES = 100
LONG = "\n".join(f"value_{number} = {number}  # {'a long comment ' * 12}" for number in range(LINES)) + "\n"
ANSWER = (
    f' Save this:\n\n```python title="src/values.py"\n{LONG}```\n\nThen ',
    HOLD,
    "run it:\n\n```sh\npython values.py\n```",
)
FOLD = f"Show all {LINES} lines"


def block(answer: Page | Locator, label: str = "Python · values.py") -> Locator:
    return answer.get_by_role("group", name=label)


def height(code: Locator) -> float:
    return float(code.evaluate("each => each.getBoundingClientRect().height"))


def saved(page: Page, code: Locator, name: str) -> str:
    with page.expect_download() as download:
        code.get_by_role("button", name=f"Download {name}").click()
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_text()


def test_code_is_saved_wrapped_and_folded(page: Page, engine: FakeEngine, browser: Browser) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    engine.default_pieces(*ANSWER)
    ask(page, "How?")
    growing = block(answers(page).first)
    growing.get_by_role("checkbox", name="Wrap lines").check()
    wrapped = height(growing)
    assert saved(page, growing, "values.py") == LONG
    # A press that the answer goes on under counts too.
    growing.get_by_role("button", name="Copy").hover()
    page.mouse.down()
    engine.release()
    wait_for_end(page)
    page.mouse.up()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == LONG
    # Nothing of what is being read moves when the answer ends.
    first = block(answers(page).first)
    assert height(first) == wrapped > 30 * LINES
    expect(first.get_by_role("checkbox", name="Wrap lines")).to_be_checked()
    expect(first.get_by_role("checkbox", name=FOLD)).to_be_hidden()
    assert saved(page, block(page, "Bash"), "code.sh") == "python values.py\n"
    first.get_by_role("checkbox", name="Wrap lines").uncheck()
    assert (whole := height(first)) < wrapped

    ask(page, "And then?")
    wait_for_end(page, 2)
    assert height(first) < whole / 2
    first.get_by_role("checkbox", name=FOLD).check()
    assert height(first) > whole
    answers(page).first.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expect(first.get_by_role("checkbox", name=FOLD)).to_be_checked()
    first.get_by_role("checkbox", name=FOLD).focus()
    page.keyboard.press("Space")
    expect(first).to_be_in_viewport()
    first.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == LONG
    for part in first.locator("button, input:visible, label").all():
        box = part.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 24 or part.get_attribute("type") == "checkbox"

    page.emulate_media(media="print")
    assert height(first) > wrapped / 2
    expect(first.get_by_role("button")).to_have_count(0)
    page.emulate_media(media="screen")
    shared_page_is_as_good(page, browser)


def shared_page_is_as_good(page: Page, browser: Browser) -> None:
    page.get_by_role("link", name="Share", exact=True).click()
    press_publish(page)
    link = page.get_by_role("textbox", name="Link", exact=True).input_value()
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        shared = context.new_page()
        refused: list[str] = []
        shared.on("console", lambda message, refused=refused: refused.append(message.text))
        shared.goto(link)
        code = block(shared).first
        folded = height(code)
        code.get_by_role("checkbox", name=FOLD).check()
        assert (whole := height(code)) > 2 * folded
        code.get_by_role("checkbox", name="Wrap lines").check()
        assert height(code) > whole
        if scripts:
            assert saved(shared, code, "values.py") == LONG
        else:
            expect(code.get_by_role("button")).to_have_count(0)
        assert refused == []
        context.close()
