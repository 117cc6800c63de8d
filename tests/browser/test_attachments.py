"""Files attached to a question, in Chromium, with the real model: picked, dropped, pasted, refused, sent, kept."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.asking import EXAMPLE, ask, edit, wait_for_end
from tests.browser.publishing import press_publish

CODE = "def double(number):\n    return number * 2\n"
QUESTION = "What does this function do?"
CARRY = """({names, kind}) => {
    const data = new DataTransfer();
    for (const [name, text] of names) data.items.add(new File([text], name));
    const target = document.querySelector('#message textarea');
    for (const type of kind === 'paste' ? ['paste'] : ['dragover', 'drop']) {
        const options = {bubbles: true, cancelable: true};
        target.dispatchEvent(kind === 'paste' ? new ClipboardEvent(type, {...options, clipboardData: data})
            : new DragEvent(type, {...options, dataTransfer: data}));
    }
}"""


def a_file(name: str, content: str | bytes) -> FilePayload:
    return {
        "name": name,
        "mimeType": "application/octet-stream",
        "buffer": content.encode() if isinstance(content, str) else content,
    }


def attach(page: Page, *files: FilePayload) -> None:
    page.get_by_label("Attach files").set_input_files(list(files))


def carry(page: Page, kind: str, files: Sequence[tuple[str, str]]) -> None:
    page.evaluate(CARRY, {"names": files, "kind": kind})


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Attached files").get_by_role("listitem")


def question(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article", name="You").last


@pytest.fixture
def sent(page: Page) -> Page:
    """One short turn, asked with main.py."""
    attach(page, a_file("main.py", CODE))
    expect(chips(page)).to_have_count(1)
    ask(page, QUESTION)
    wait_for_end(page)
    return page


def test_an_attached_file_is_a_chip_with_its_size_and_can_be_removed(page: Page) -> None:
    attach(page, a_file("main.py", CODE), a_file("notes.txt", "Some notes."))
    expect(chips(page)).to_have_text([re.compile(r"main\.py\s+69 tokens"), re.compile(r"notes\.txt\s+35 tokens")])
    page.get_by_role("button", name="Remove main.py").click()
    expect(chips(page)).to_have_text([re.compile("notes.txt")])
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_the_button_is_reached_by_keyboard(page: Page) -> None:
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.press("Shift+Tab")
    button = page.get_by_label("Attach files")
    expect(button).to_be_focused()
    with page.expect_file_chooser() as chosen:
        button.press("Space")
    assert chosen.value.is_multiple()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_files_are_dropped_and_pasted_too(page: Page, kind: str) -> None:
    carry(page, kind, [("main.py", CODE), ("b.py", "b = 1")])
    expect(chips(page)).to_have_text([re.compile("main.py"), re.compile("b.py")])


def test_dragged_files_show_where_they_can_be_dropped(page: Page) -> None:
    target = page.get_by_text("Drop text or code files to attach them")
    expect(target).to_be_hidden()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([''], 'a'));
            document.body.dispatchEvent(new DragEvent('dragover', {bubbles: true, dataTransfer: data}));
        }"""
    )
    expect(target).to_be_visible()
    page.evaluate("document.body.dispatchEvent(new DragEvent('dragleave', {bubbles: true}))")
    expect(target).to_be_hidden()


def test_pasted_text_is_still_text(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('pasted words')")
    box = page.get_by_role("textbox", name="Message")
    box.focus()
    page.keyboard.press("Control+V")
    expect(box).to_have_value("pasted words")
    expect(chips(page)).to_have_count(0)


def test_a_file_that_is_no_text_or_too_large_is_refused_by_name(page: Page) -> None:
    attach(
        page,
        a_file("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        a_file("latin.txt", "Grüße".encode("latin-1")),
        a_file("huge.log", "x" * (1257 * 1024)),
        a_file("fine.py", CODE),
    )
    told = page.get_by_role("alert")
    for reason in (
        "picture.png was not attached: it is not a text",
        "latin.txt",
        "huge.log was not attached: it has 1,257 KiB",
    ):
        expect(told).to_contain_text(reason)
    expect(told).to_be_in_viewport(ratio=1)
    expect(chips(page)).to_have_text([re.compile("fine.py")])
    page.get_by_role("textbox", name="Message").press_sequentially("x")
    expect(told).to_be_hidden()


def test_more_than_ten_files_are_refused(page: Page) -> None:
    attach(page, *(a_file(f"{n}.py", CODE) for n in range(11)))
    expect(page.get_by_role("alert")).to_contain_text("11 files are too many")
    expect(chips(page)).to_have_count(0)


def test_utf_16_is_read_by_its_mark(page: Page) -> None:
    attach(page, a_file("windows.txt", "Grüße aus Köln".encode("utf-16")))
    expect(chips(page)).to_have_count(1)
    ask(page, "What language is this?")
    question(page).get_by_text("windows.txt").click()
    expect(question(page).locator("pre")).to_have_text("Grüße aus Köln")


def test_the_answer_is_made_with_the_file_and_the_file_stays_with_the_question(sent: Page) -> None:
    expect(chips(sent)).to_have_count(0)
    for _ in range(2):
        expect(question(sent)).to_contain_text(QUESTION)
        code = question(sent).locator("details pre")
        expect(code).to_be_hidden()
        question(sent).get_by_text("main.py").click()
        expect(code).to_have_text(CODE.rstrip())
        expect(code.locator("span.k").first).to_have_text("def")
        sent.reload()
    expect(chips(sent)).to_have_count(0)


def test_files_that_do_not_fit_are_kept_and_named(page: Page) -> None:
    attach(page, a_file("long.txt", "word " * 40_000))
    expect(chips(page)).to_have_text([re.compile(r"long\.txt\s+200,023 tokens")])
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("long.txt")
    expect(chips(page)).to_have_count(1)
    expect(page.get_by_role("textbox", name="Message")).to_have_value(QUESTION)


def test_files_without_a_question_wait_for_one(page: Page) -> None:
    attach(page, a_file("main.py", CODE))
    expect(chips(page)).to_have_count(1)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Type a question first.")
    expect(chips(page)).to_have_count(1)


def test_files_beside_the_box_outlive_a_reload_and_are_sent(page: Page) -> None:
    attach(page, a_file("main.py", CODE))
    expect(chips(page)).to_have_count(1)
    page.reload()
    expect(chips(page)).to_have_text([re.compile(r"main\.py\s+69 tokens")])
    ask(page, QUESTION)
    wait_for_end(page)
    expect(question(page).get_by_text("main.py")).to_be_visible()


def test_files_too_large_for_the_browser_to_keep_are_said_to_be(page: Page) -> None:
    page.evaluate("sessionStorage.setItem('full', 'x'.repeat(5_000_000))")
    attach(page, a_file("large.txt", "word " * 50_000))
    expect(page.get_by_role("alert")).to_contain_text("a reload of the page would lose them")
    expect(chips(page)).to_have_count(1)


def test_asking_anew_keeps_the_files_and_they_can_be_removed(sent: Page) -> None:
    edit(sent)
    expect(chips(sent)).to_have_text([re.compile("main.py")])
    attach(sent, a_file("other.py", "x = 1\n"))
    expect(chips(sent)).to_have_count(2)
    sent.get_by_role("button", name="Remove main.py").click()
    expect(chips(sent)).to_have_count(1)
    expect(sent.get_by_role("button", name="Cancel editing")).to_be_visible()
    sent.get_by_role("button", name="Send").click()
    wait_for_end(sent)
    expect(question(sent).locator("summary")).to_have_text("other.py")
    sent.get_by_role("button", name="Earlier version").click()
    expect(question(sent).locator("summary")).to_have_text("main.py")


def test_giving_up_an_edit_puts_its_files_away(sent: Page) -> None:
    edit(sent)
    expect(chips(sent)).to_have_count(1)
    sent.get_by_role("button", name="Cancel editing").click()
    expect(chips(sent)).to_have_count(0)


def test_an_example_is_asked_without_the_files_beside_the_box(page: Page) -> None:
    attach(page, a_file("main.py", CODE))
    expect(chips(page)).to_have_count(1)
    page.get_by_role("button", name=EXAMPLE).click()
    wait_for_end(page)
    expect(question(page).locator("summary")).to_have_count(0)
    expect(chips(page)).to_have_count(1)


def test_a_shared_page_shows_the_files_closed(sent: Page) -> None:
    sent.get_by_role("link", name="Share", exact=True).click()
    press_publish(sent)
    link = sent.get_by_role("textbox", name="Link", exact=True).input_value()
    sent.goto(link)
    code = sent.locator(".question details pre")
    expect(code).to_be_hidden()
    sent.get_by_text("main.py").click()
    expect(code).to_have_text(CODE.rstrip())


def test_a_narrow_screen_has_room_for_chips(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    attach(page, a_file("a_file_with_a_very_long_name_that_goes_on_and_on_and_on.py", CODE), a_file("b.py", CODE))
    expect(chips(page)).to_have_count(2)
    for part in (chips(page).first, chips(page).last, page.get_by_label("Attach files")):
        expect(part).to_be_in_viewport(ratio=1)
