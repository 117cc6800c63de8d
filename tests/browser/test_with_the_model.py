"""What depends on a model, in Chromium, with the real one: its answers and its tokens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.app_process import AppProcess
from tests.browser.asking import (
    ANSWER_TIME,
    LONG_QUESTION,
    QUESTION,
    answers,
    ask,
    keep_it_short,
    wait_for_end,
)
from tests.browser.context import filled, legend, meter, panel, type_and_wait
from tests.browser.prompts import COUNT, choose, chosen, tokens, write_own
from tests.forked_app import ForkedApp

CODE = "def double(number):\n    return number * 2\n"
FILE: FilePayload = {"name": "main.py", "mimeType": "text/plain", "buffer": CODE.encode()}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    with ForkedApp(tmp_path_factory.mktemp("data")) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def answered(page: Page) -> Page:
    """The page, with the beginning of an answer."""
    keep_it_short(page)
    ask(page, QUESTION)
    wait_for_end(page)
    return page


def text(page: Page) -> str:
    """Of the last answer, as it was written."""
    source = "article => article.querySelector('template[data-source]').content.textContent"
    return str(answers(page).last.evaluate(source))


def test_a_question_gets_a_streamed_answer_with_code_that_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    wait_for_end(page)
    code = answers(page).first.locator(".code-block").first
    code.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == code.locator("code").inner_text().strip()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")


def test_a_long_prompt_is_said_to_be_read_and_reading_can_be_stopped(page: Page) -> None:
    page.get_by_label("Attach files").set_input_files(
        [{"name": "long.txt", "mimeType": "text/plain", "buffer": b"A line of text.\n" * 500}]
    )
    expect(page.get_by_role("listitem").filter(has_text="long.txt")).to_be_visible()
    ask(page, LONG_QUESTION)
    expect(page.get_by_text("Reading the prompt: ")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("log").get_by_text("Stopped.")).to_be_visible(timeout=ANSWER_TIME)


def test_the_page_says_what_it_is_and_names_model_and_licence(page: Page) -> None:
    expect(page.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    expect(page.get_by_text("smollm2-135m-instruct (Apache-2.0)")).to_be_visible()
    expect(page.get_by_role("log").get_by_role("list").get_by_role("button")).to_have_count(4)
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


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


def test_every_prompt_is_shown_as_the_model_reads_it_and_counted_by_its_tokenizer(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    expect(chosen(page)).to_have_text("What suits the model")
    expect(page.get_by_text(COUNT)).to_be_visible()
    suited = tokens(page)
    choose(page, "Tech Assistant")
    page.get_by_text("What the model reads first").click()
    shown = page.get_by_role("region", name="What the model reads first")
    expect(shown).to_contain_text("Human: Hi! Who are you")
    assert tokens(page) > 10 * suited
    write_own(page)
    expect(shown).to_contain_text("Language.")
    expect(shown).to_contain_text("Answer with one word. < |im_end|>")
    assert tokens(page) < suited


def test_a_cut_off_answer_goes_on_where_it_ended_and_the_short_one_is_kept(answered: Page) -> None:
    log = answered.get_by_role("log")
    expect(log.get_by_text("Cut off at the longest answer allowed.")).to_be_visible()
    short = text(answered)
    log.get_by_role("button", name="Continue").click()
    expect(log.get_by_role("group", name="Version 2 of 2")).to_be_visible(timeout=ANSWER_TIME)
    wait_for_end(answered)
    assert text(answered).startswith(short)
    assert len(text(answered)) > len(short)
    log.get_by_role("button", name="Earlier version").click()
    expect(log.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    assert text(answered) == short
