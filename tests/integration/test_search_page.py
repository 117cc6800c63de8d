"""Searching as the page asks for it, without a browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ui import search_events
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app


@pytest.fixture
def served(tmp_path: Path) -> Iterator[WebApp]:
    with web_app(tmp_path) as running:
        yield running


@pytest.fixture
def page(served: WebApp) -> PageRequests:
    page = PageRequests(served.client)
    served.model.will_say(" Use os.path.join, not <b>plus</b>.")
    assert page.do("send", message="How do I join paths?")
    return page


def look(page: PageRequests, text: str, **choices: object) -> str:
    assert page.do("find", query=json.dumps({"text": text, **choices}))
    return page.shown["found"]


def test_a_hit_leads_to_its_message(page: PageRequests) -> None:
    found = look(page, "os.path")
    answer_id = re.findall(r'<article class="answer"[^>]* data-message="([^"]+)"', page.shown["history"])[-1]
    assert f'data-found="{answer_id}"' in found
    assert "Use <mark>os</mark>.<mark>path</mark>.join, not &lt;b&gt;plus&lt;/b&gt;." in found


def test_fragments_have_no_line_break_which_markdown_would_read(page: PageRequests) -> None:
    assert "\n" not in look(page, "join")


def test_nobody_else_finds_it(served: WebApp, page: PageRequests) -> None:
    assert "<mark>" in look(page, "join")
    assert "Nothing found." in look(PageRequests(served.visitor()), "join")


def test_the_list_of_hits_ends_where_a_page_may_ask_for_no_more(
    page: PageRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_events, "MOST", 3)
    assert 'data-search-more="3"' in look(page, "join", length=1)
    last = look(page, "join", length=2)
    assert "data-search-more" not in look(page, "join", length=3)
    assert "The newest 2" in last


def test_an_empty_box_shows_nothing_of_the_search(page: PageRequests) -> None:
    look(page, "join")
    assert look(page, "  ") == ""


def test_a_field_that_no_page_sends_is_refused_in_words(page: PageRequests) -> None:
    assert page.do("find", query='{"kept": "everything"}')
    assert 'role="alert"' in page.shown["notice"]


def test_a_message_that_is_not_there_opens_nothing(served: WebApp, page: PageRequests) -> None:
    stranger = PageRequests(served.visitor())
    hit = re.search(r"data-action=\"([^\"]+)\"", look(page, "os.path"))
    assert hit
    action = hit[1].replace("&#34;", '"')
    assert stranger.do("act", action=action)
    assert "os.path" not in stranger.shown["history"]
