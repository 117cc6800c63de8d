"""From Send to the first word: the question at once, and always a word on what is being waited for."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.asking import EXAMPLE, QUESTION, ask, edit, wait_for_end
from tests.browser.scripts import UNENDED
from tests.fakes.engine_script import HOLD, Reading
from tests.fakes.fake_engine import FakeEngine

# Seen from inside of the page, before anything else can happen there.
SEND_AND_LOOK = """() => {
    document.querySelector('#send').click();
    return document.querySelector('#log').innerText;
}"""


@pytest.fixture
def held(page: Page) -> list[Route]:
    """What the page sends to its queue from now on does not arrive."""
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.route("**/queue/join*", hold)
    return routes


def questions(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article", name="You")


def test_a_question_is_on_the_page_before_the_server_knows_of_it(
    page: Page, held: list[Route], engine: FakeEngine
) -> None:
    engine.will_answer(*UNENDED)
    page.get_by_role("textbox", name="Message").fill(QUESTION)
    log = page.evaluate(SEND_AND_LOOK)
    assert QUESTION in log
    assert "Sending…" in log
    assert "For example" not in log
    expect(questions(page)).to_have_count(1)
    for route in held:
        route.continue_()
    page.unroute("**/queue/join*")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("Sending…")).to_be_hidden()
    expect(questions(page)).to_have_count(1)
    page.get_by_role("button", name="Stop").click()


def test_a_question_that_is_asked_anew_takes_the_place_of_the_old_one(answered: Page) -> None:
    edit(answered)
    answered.route("**/queue/join*", lambda _: None)
    box = answered.get_by_role("textbox", name="Message")
    box.fill("How do I sort a list?")
    box.press("Enter")
    expect(questions(answered)).to_have_text(["How do I sort a list? Sending…"], use_inner_text=True)


def test_a_question_that_is_refused_leaves_the_page_as_it_was(page: Page) -> None:
    ask(page, "word " * 30_000)
    expect(page.get_by_role("alert")).to_contain_text("150,000 characters")
    expect(questions(page)).to_have_count(0)
    expect(page.get_by_role("heading", name="Tech Assistant")).to_be_visible()


def test_an_example_is_on_the_page_at_once_too(page: Page, held: list[Route]) -> None:
    page.get_by_role("button", name=EXAMPLE).click()
    expect(questions(page)).to_contain_text(EXAMPLE)
    assert len(held) <= 1


def test_a_long_prompt_is_said_to_be_read(page: Page, engine: FakeEngine) -> None:
    engine.will_answer(Reading(total=9000, cache=0, processed=4500), HOLD)
    ask(page, QUESTION)
    expect(page.get_by_text("Reading the prompt: 50")).to_be_visible()
    page.get_by_role("button", name="Stop").click()


def test_an_answer_is_still_shown_whole(page: Page) -> None:
    ask(page, QUESTION)
    wait_for_end(page)
    expect(questions(page)).to_have_count(1)
