"""The same conversation on each engine that is not the default one: the page knows no difference."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, answers, ask, keep_it_short, wait_for_end
from tests.browser.chromium import visit
from tests.fakes.fake_engine import Answer, FakeEngine
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.in_thread import served
from tests.fakes.tgi_script import TgiAnswer
from tests.fakes.tiny_models import save_tiny

WORDS = (" Use", " list.reverse()", ".")
Settings = dict[str, str]


@contextmanager
def openai(folder: Path) -> Iterator[Settings]:
    with served(lambda: FakeEngine(Answer(pieces=WORDS))) as url:
        yield {"backend": "openai", "backend_url": url, "backend_dialect": "openai"}


@contextmanager
def tgi(folder: Path) -> Iterator[Settings]:
    with served(lambda: FakeTgi(TgiAnswer(pieces=WORDS))) as url:
        yield {"backend": "tgi", "backend_url": url, "prompt": "tech_assistant/compact"}


@contextmanager
def transformers(folder: Path) -> Iterator[Settings]:
    # Counts bytes as tokens, so a window for the short prompt of a chat model.
    yield {
        "backend": "transformers",
        "model": str(save_tiny(folder / "tiny-starcoder", positions=2048)),
        "prompt": "chat/chatml",
    }


@pytest.mark.parametrize("engine", [openai, tgi, transformers], ids=lambda engine: engine.__name__)
def test_a_question_is_answered_and_answered_again(
    context: BrowserContext, tmp_path: Path, data_dir: Path, engine: Callable[[Path], AbstractContextManager[Settings]]
) -> None:
    with engine(tmp_path) as settings, AppProcess(data_dir, **settings) as app:
        app.wait_until_ready()
        page = context.new_page()
        visit(page, app.url)
        keep_it_short(page)
        ask(page, QUESTION)
        if engine is tgi:  # serves StarCoder, whose licence asks for it
            page.get_by_role("button", name="I accept it").click()
        wait_for_end(page)
        expect(answers(page).first.locator(".source")).to_contain_text("tokens")
        page.get_by_role("button", name="Regenerate").click()
        expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
        wait_for_end(page)
        page.get_by_role("button", name="Earlier version").click()
        expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()
        if engine is openai:  # knows the bare protocol only
            page.get_by_role("button", name="Settings").click()
            expect(page.get_by_role("spinbutton", name="Top-k")).to_be_disabled()
            expect(page.get_by_role("spinbutton", name="Top-p")).to_be_enabled()
            expect(page.get_by_text("The model's server cannot be told this one; it is off.")).to_have_count(2)
            expect(page.get_by_text("may take no notice")).to_be_visible()
        page.reload()
        expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
