"""The same conversation on each engine: the page knows no difference."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.asking import QUESTION, answers, ask, keep_it_short, wait_for_end
from tests.browser.chromium import visit
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.in_thread import served
from tests.fakes.reciting_model import save_reciting
from tests.fakes.tgi_script import TgiAnswer
from tests.forked_app import ForkedApp

WORDS = (" Use", " list.reverse()", ".")
SAID = "Use list.reverse()."
RECITED = re.compile(r"^\s*[words ]*words[words ]*\s*$")
"""Bytes are its tokens: a few of them, from wherever its line is."""
WORDS_OF_SOME_KIND = re.compile(r"\w{2,}.*\w{2,}")
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
    yield {
        "backend": "transformers",
        "model": str(save_reciting(folder / "tiny-starcoder", "words ")),
        # Bytes are its tokens, so the long prompt would leave little of its window.
        "prompt": "chat/chatml",
    }


@contextmanager
def embedded(folder: Path) -> Iterator[Settings]:
    yield {}


@pytest.mark.parametrize(
    ("engine", "said"),
    [(openai, SAID), (tgi, SAID), (transformers, RECITED), (embedded, WORDS_OF_SOME_KIND)],
    ids=["openai", "tgi", "transformers", "embedded"],
)
def test_a_question_is_answered_and_answered_again(
    context: BrowserContext,
    tmp_path: Path,
    data_dir: Path,
    engine: Callable[[Path], AbstractContextManager[Settings]],
    said: str | re.Pattern[str],
) -> None:
    with engine(tmp_path) as settings, ForkedApp(data_dir, **settings) as app:
        app.wait_until_ready()
        page = context.new_page()
        visit(page, app.url)
        keep_it_short(page)
        ask(page, QUESTION)
        if engine is tgi:  # serves StarCoder, whose licence asks for it
            page.get_by_role("button", name="I accept it").click()
        wait_for_end(page)
        expect_answer(page, said)
        expect(answers(page).first.locator(".source")).to_contain_text("tokens")
        page.get_by_role("button", name="Regenerate").click()
        expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
        wait_for_end(page)
        expect_answer(page, said)
        page.get_by_role("button", name="Earlier version").click()
        expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()
        expect_answer(page, said)
        if engine is openai:  # knows the bare protocol only
            page.get_by_role("button", name="Settings").click()
            expect(page.get_by_role("spinbutton", name="Top-k")).to_be_disabled()
            expect(page.get_by_role("spinbutton", name="Top-p")).to_be_enabled()
            expect(page.get_by_text("The model's server cannot be told this one; it is off.")).to_have_count(2)
            expect(page.get_by_text("may take no notice")).to_be_visible()
        page.reload()
        expect(page.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
        expect_answer(page, said)


def expect_answer(page: Page, said: str | re.Pattern[str]) -> None:
    expect(answers(page).last.locator("[dir=auto]").first).to_have_text(said)
    expect(page.get_by_role("alert")).to_have_count(0)
