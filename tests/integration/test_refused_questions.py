"""What was asked and refused is kept, and asked once it may be: from the box, by an example, by a button in the log."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from assistant.model_catalog import CATALOG
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app

EXAMPLE = "What does git rebase do, and when should I not use it?"
DRAFT = "A draft"
FILE = {"name": "main.py", "text": "print('seven')\n"}


@pytest.fixture
def licensed(tmp_path: Path) -> Iterator[WebApp]:
    """Its model is under use restrictions."""
    with web_app(tmp_path, ScriptedLoader(ScriptedModel(), card=CATALOG["starcoder2-3b"])) as running:
        yield running


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[WebApp]:
    with web_app(tmp_path, turns_per_minute=1) as running:
        yield running


def ask_example(page: PageRequests) -> None:
    assert page.do("act", action=json.dumps({"do": "ask", "text": EXAMPLE}))


def accept(page: PageRequests) -> None:
    found = re.search(r'data-action="([^"]+)"', page.shown["notice"])
    assert found
    assert page.do("act", action=unescape(found[1]))


def test_an_example_that_is_refused_is_in_the_box(limited: WebApp) -> None:
    page = PageRequests(limited.client)
    limited.model.will_say(" Yes.")
    assert page.do("send", message="Well?")
    ask_example(page)
    assert "Too many questions" in page.shown["notice"]
    assert page.shown["message"] == EXAMPLE


def test_a_draft_stays_in_the_box_whether_an_example_is_refused_or_answered(limited: WebApp) -> None:
    page = PageRequests(limited.client)
    page.shown["message"] = DRAFT
    limited.model.will_say(" Yes.")
    ask_example(page)
    assert EXAMPLE in page.shown["history"]
    assert page.shown["message"] == DRAFT
    ask_example(page)
    assert "Too many questions" in page.shown["notice"]
    assert page.shown["message"] == DRAFT


def test_an_example_is_asked_when_the_licence_is_accepted(licensed: WebApp) -> None:
    page = PageRequests(licensed.client)
    ask_example(page)
    assert "your question is kept" in page.shown["notice"]
    assert page.shown["message"] == EXAMPLE
    licensed.model.will_say(" It moves commits.")
    accept(page)
    assert "It moves commits." in page.shown["history"]
    assert EXAMPLE in page.shown["history"]
    assert page.shown["message"] == ""


def test_it_is_the_example_that_is_asked_then_and_not_a_draft(licensed: WebApp) -> None:
    page = PageRequests(licensed.client)
    page.shown["message"] = DRAFT
    ask_example(page)
    licensed.model.will_say(" It moves commits.")
    accept(page)
    assert EXAMPLE in page.shown["history"]
    assert DRAFT not in page.shown["history"]
    assert page.shown["message"] == DRAFT


def test_a_question_is_asked_with_its_files_when_the_licence_is_accepted(licensed: WebApp) -> None:
    page = PageRequests(licensed.client)
    page.shown |= {"message": "What does it print?", "attachments": json.dumps([FILE])}
    assert page.do("send")
    licensed.model.will_say(" Seven.")
    accept(page)
    assert "print('seven')" in licensed.model.prompts[-1]
    assert (page.shown["message"], page.shown["attachments"]) == ("", "")
