"""A question that is asked anew, as the page's events tell of it: it stays one until it is sent or given up."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.scripted_model import HOLD
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app

EDITING = "You are asking an earlier question anew"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[WebApp]:
    with web_app(tmp_path) as running:
        yield running


@pytest.fixture
def editing(running: WebApp) -> PageRequests:
    """A page with one turn, whose question is being edited."""
    page = PageRequests(running.client)
    running.model.will_say(" Because.")
    assert page.do("send", message="Why?")
    found = re.search(r"\{&#34;do&#34;: &#34;edit&#34;, &#34;message&#34;: &#34;(\w+)", page.shown["history"])
    assert found
    assert page.do("act", action=json.dumps({"do": "edit", "message": found[1]}))
    return page


def is_editing(page: PageRequests) -> bool:
    told = EDITING in page.shown["editing"]
    assert told == (json.loads(page.shown["position"])["editing_id"] is not None)
    return told


def here(page: PageRequests) -> str:
    return str(json.loads(page.shown["position"])["conversation_id"])


def act(page: PageRequests, **action: object) -> None:
    assert page.do("act", action=json.dumps(action))


def test_what_is_done_beside_it_leaves_it_and_what_says_so(editing: PageRequests) -> None:
    assert is_editing(editing)
    assert editing.do("keep_options")
    assert is_editing(editing)
    act(editing, do="pin", conversation=here(editing))
    assert is_editing(editing)
    act(editing, do="rename", conversation=here(editing), text="Another name")
    assert is_editing(editing)
    act(editing, do="open", conversation="nowhere")
    assert not is_editing(editing)


def test_the_conversation_may_be_drawn_anew_around_it(running: WebApp, editing: PageRequests) -> None:
    act(editing, do="open", conversation=here(editing))
    assert is_editing(editing)
    running.model.will_say(" For that.")
    assert editing.do("send", message="Why then?")
    assert not is_editing(editing)
    assert "Version 2 of 2" in editing.shown["history"]
    assert editing.shown["message"] == ""


def test_where_its_question_is_not_shown_any_more_it_has_ended(running: WebApp, editing: PageRequests) -> None:
    other = PageRequests(running.client, opened=here(editing))
    found = re.search(r"\{&#34;do&#34;: &#34;edit&#34;, &#34;message&#34;: &#34;(\w+)", other.shown["history"])
    assert found
    act(other, do="edit", message=found[1])
    running.model.will_say(" For that.")
    assert other.do("send", message="Why then?")
    act(editing, do="open", conversation=here(editing))
    assert not is_editing(editing)


def test_nothing_is_edited_while_an_answer_is_written(running: WebApp, editing: PageRequests) -> None:
    """Asked in another tab: whoever edits here is told, and sends it once more."""
    assert running.client.portal
    other = PageRequests(running.client, opened=here(editing))
    running.model.will_say(" So", HOLD, " it goes.")
    other.join("send", message="And then?")
    running.client.portal.call(running.model.held)
    assert editing.do("send", message="Why then?")
    assert "An answer is still being written" in editing.shown["notice"]
    assert is_editing(editing)
    running.client.portal.call(running.model.release)
    assert list(other.follow())
    running.model.will_say(" For that.")
    assert editing.do("send", message="Why then?")
    assert "Version 2 of 2" in editing.shown["history"]
