"""An answer that is run again with its seed: the page says which it is, the same text or another, in Chromium."""

from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.asking import QUESTION, answers, ask, wait_for_end
from tests.browser.chromium import visit
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.http_exchange import Request
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp

WORDS = (" append", " insert", " pop", " remove", " reverse", " sort")
SAME = "The same text as version 1, which was made with the same seed."
OTHER = "Another text than version 1, although model, prompt, options and seed are the same."


class Drawing(FakeEngine):
    """Draws its words with the seed that is sent along."""

    def seed(self, request: Request) -> int:
        return int(request.body["seed"])

    async def _stream(self, request: Request, answer: Answer, writer: object) -> bool:
        # Not where a prompt is only read, which has no seed.
        if "seed" in request.body:
            answer = Answer(pieces=tuple(Random(self.seed(request)).choices(WORDS, k=20)))
        return await super()._stream(request, answer, writer)  # type: ignore[arg-type]


class Heedless(Drawing):
    """Draws others each time, whatever the seed."""

    def seed(self, request: Request) -> int:
        return len(self.requests)


@pytest.mark.parametrize(
    ("engine", "said", "unsaid"), [(Drawing, SAME, OTHER), (Heedless, OTHER, SAME)], ids=["heeds it", "does not"]
)
def test_an_answer_is_run_again_and_the_page_says_whether_the_engine_heeded_the_seed(
    context: BrowserContext, data_dir: Path, engine: type[FakeEngine], said: str, unsaid: str
) -> None:
    with served(engine) as url, ForkedApp(data_dir, backend="openai", backend_url=url, prompt="chat/chatml") as app:
        app.wait_until_ready()
        page = context.new_page()
        visit(page, app.url)
        ask(page, QUESTION)
        wait_for_end(page)
        first = answers(page).locator("p").first.inner_text()
        page.get_by_role("button", name="What the model saw").click()
        page.get_by_role("button", name="Run again with the same seed").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
        wait_for_end(page)
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_text(unsaid)).to_have_count(0)
        # The answer itself, and not only what is said of it.
        assert (answers(page).locator("p").first.inner_text() == first) == (said == SAME)
