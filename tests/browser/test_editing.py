"""A question that is asked anew, in Chromium: it stays one until it is sent or given up, and takes no draft along."""

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.asking import EDITING, ask, edit, wait_for_end
from tests.browser.scripts import UNENDED
from tests.fakes.fake_engine import FakeEngine

FILE: FilePayload = {"name": "main.py", "mimeType": "text/plain", "buffer": b"x = 1\n"}
# What a busy browser does in this order when the edit is left for a new chat, before anything else can run.
LEAVE = """() => {
  document.querySelector("#editing [data-action]").remove();
  document.querySelector("#message textarea").value = "";
  const position = document.querySelector("#position textarea");
  position.value = JSON.stringify({ conversation_id: null });
  position.dispatchEvent(new Event("input", { bubbles: true }));
}"""
TOO_LONG = "word " * 30_000


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def asked(page: Page) -> Page:
    ask(page, "How?")
    wait_for_end(page)
    return page


def expect_a_version(page: Page, text: str) -> None:
    expect(page.get_by_role("log").get_by_role("article", name="You")).to_contain_text(text)
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()


def test_a_question_can_be_edited_only_while_nothing_is_written_and_is_a_version_then(
    paced: Page, engine: FakeEngine
) -> None:
    engine.will_answer(*UNENDED)
    ask(paced, "How?")
    expect(paced.get_by_role("log").get_by_text("Line 3 of")).to_be_attached()
    expect(paced.get_by_role("button", name="Edit")).to_be_hidden()
    paced.get_by_role("button", name="Stop").click()
    edit(paced)
    ask(paced, "How else?")
    expect_a_version(paced, "How else?")


def test_whoever_edits_goes_on_with_it_when_the_connection_is_back(paced: Page) -> None:
    edit(asked(paced))
    box(paced).fill("How else?")
    paced.context.set_offline(True)
    away = paced.get_by_text("The server cannot be reached.")
    expect(away).to_be_visible()
    paced.context.set_offline(False)
    with paced.expect_response("**/queue/data*"):
        expect(away).to_be_hidden()
    expect(box(paced)).to_have_value("How else?")
    expect(paced.get_by_text(EDITING)).to_be_visible()
    paced.get_by_role("button", name="Send").click()
    expect_a_version(paced, "How else?")


def test_it_is_said_for_as_long_as_it_is_so(paced: Page) -> None:
    edit(asked(paced))
    paced.get_by_label("More for How?").click()
    paced.get_by_role("button", name="Pin How?", exact=True).click()
    expect(paced.get_by_role("heading", name="Pinned")).to_be_visible()
    expect(paced.get_by_text(EDITING)).to_be_visible()
    ask(paced, TOO_LONG)
    expect(paced.get_by_role("alert")).to_contain_text("150,000 characters")
    expect(paced.get_by_text(EDITING)).to_be_visible()
    paced.get_by_role("button", name="Cancel editing").click()
    expect(paced.get_by_text(EDITING)).to_be_hidden()
    expect(paced.get_by_role("alert")).to_be_hidden()
    expect(box(paced)).to_have_value("")
    ask(paced, "And then?")
    wait_for_end(paced, 2)


def test_the_draft_and_its_files_are_back_when_the_edit_is_given_up_or_sent(paced: Page) -> None:
    asked(paced)
    paced.get_by_label("Attach files").set_input_files([FILE])
    chips = paced.get_by_role("list", name="Attached files").get_by_role("listitem")
    expect(chips).to_have_count(1)
    box(paced).fill("A draft")
    edit(paced)
    expect(box(paced)).to_have_value("How?")
    expect(chips).to_have_count(0)
    paced.get_by_role("button", name="Cancel editing").click()
    expect(box(paced)).to_have_value("A draft")
    expect(chips).to_have_text([re.compile("main.py")])
    edit(paced)
    expect(box(paced)).to_have_value("How?")
    ask(paced, "How else?")
    expect_a_version(paced, "How else?")
    expect(box(paced)).to_have_value("A draft")
    expect(chips).to_have_text([re.compile("main.py")])
    paced.reload()
    expect(box(paced)).to_have_value("A draft")


def test_the_draft_is_there_again_for_whoever_leaves_an_edit(paced: Page) -> None:
    asked(paced)
    box(paced).fill("A draft")
    edit(paced)
    box(paced).fill("How else?")
    paced.get_by_role("button", name="New chat").click()
    expect(box(paced)).to_have_value("")
    paced.get_by_role("link", name="How?").click()
    expect(box(paced)).to_have_value("A draft")
    expect(paced.get_by_text(EDITING)).to_be_hidden()


def test_the_draft_is_kept_too_when_the_edit_is_gone_before_the_page_has_moved(paced: Page) -> None:
    asked(paced)
    box(paced).fill("A draft")
    edit(paced)
    box(paced).fill("How else?")
    with paced.expect_request(lambda request: request.method == "PUT") as kept:
        paced.evaluate(LEAVE)
    assert kept.value.post_data_json["text"] == "A draft"


def test_an_edit_that_was_given_up_is_no_draft(paced: Page) -> None:
    edit(asked(paced))
    with paced.expect_response("**/draft*"):
        box(paced).fill("How else?")
    with paced.expect_response("**/draft*"):
        paced.get_by_role("button", name="Cancel editing").click()
    paced.reload()
    expect(paced.get_by_role("button", name="Regenerate")).to_be_visible()
    expect(box(paced)).to_have_value("")
