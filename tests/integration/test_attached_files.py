"""Files attached to a question, through the whole app with its database: sent, kept, shown, shared, refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page_requests import PageRequests
from tests.web_app import WebApp, publish, web_app

CODE = {"name": "main.py", "text": "print('seven')\n"}
HOSTILE = {"name": "<img src=x>.html", "text": "</code></details><script>alert(1)</script>"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def page(running: WebApp) -> PageRequests:
    return PageRequests(running.visitor())


def send(running: WebApp, page: PageRequests, *files: dict[str, str], text: str = "What does it print?") -> None:
    running.model.will_say(" Seven.")
    assert page.do("send", message=text, attachments=json.dumps(files))


def test_files_beside_the_box_are_drawn_with_their_sizes(page: PageRequests) -> None:
    assert page.do("draw_attached", attachments=json.dumps([CODE, HOSTILE]))
    assert re.search(r"main\.py</span>.*?\d+ tokens", page.shown["attached"])
    assert "&lt;img src=x&gt;.html" in page.shown["attached"]
    assert "<img" not in page.shown["attached"]


def test_a_file_that_the_page_should_have_refused_is_refused_here(page: PageRequests) -> None:
    page.join("draw_attached", attachments=json.dumps([{"name": "a.png", "text": "\x89PNG\x00"}]))
    told = json.dumps(list(page.follow()))
    assert "a.png was not attached" in told
    assert "Remove a.png" in told


def test_what_is_not_understood_is_said(page: PageRequests) -> None:
    for event in ("draw_attached", "send"):
        assert page.do(event, message="Well?", attachments="{")
        assert "not understood" in page.shown["notice"]


def test_a_sent_file_leaves_the_box_and_stays_with_its_question(running: WebApp, page: PageRequests) -> None:
    send(running, page, CODE)
    assert "File main.py:\n```python\nprint('seven')\n```\n\nWhat does it print?" in running.model.prompts[-1]
    assert (page.shown["message"], page.shown["attachments"], page.shown["attached"]) == ("", "", "")
    assert "<summary>main.py</summary>" in page.shown["history"]
    assert "What does it print?" in page.shown["history"]


def test_a_refused_question_keeps_its_files(running: WebApp, page: PageRequests) -> None:
    files = json.dumps([CODE, {"name": "long.txt", "text": "word " * 20_000}])
    assert page.do("send", message="Well?", attachments=files)
    assert "longest file is long.txt" in page.shown["notice"]
    assert page.shown["history"].count("<article") == 0


def test_a_question_asked_anew_brings_its_files_back(running: WebApp, page: PageRequests) -> None:
    send(running, page, CODE)
    found = re.search(r"\{&#34;do&#34;: &#34;edit&#34;, &#34;message&#34;: &#34;(\w+)", page.shown["history"])
    assert found
    assert page.do("act", action=json.dumps({"do": "edit", "message": found[1]}))
    assert json.loads(page.shown["attachments"]) == [CODE]
    assert "main.py" in page.shown["attached"]
    assert page.do("act", action=json.dumps({"do": "cancel-edit"}))
    assert json.loads(page.shown["position"])["editing_id"] is None
    # The page puts back what was there before, and is not told anything else of it.
    assert json.loads(page.shown["attachments"]) == [CODE]


def test_a_shared_page_shows_files_as_they_are(running: WebApp, page: PageRequests) -> None:
    send(running, page, CODE, HOSTILE)
    link = publish(page._client, json.loads(page.shown["position"])["conversation_id"])
    shown = running.visitor().get(link).text
    assert "<summary>main.py</summary>" in shown
    assert "&lt;img src=x&gt;.html" in shown
    assert "<script>alert" not in shown
    assert shown.count('<details class="attached-file"') == 2
    assert shown.count("<details") == shown.count("</details>")


def test_files_are_kept_through_a_restart(tmp_path: Path) -> None:
    with web_app(tmp_path) as before:
        page = PageRequests(before.client)
        send(before, page, CODE)
        cookies, position = before.client.cookies, json.loads(page.shown["position"])
    with web_app(tmp_path) as after:
        after.client.cookies = cookies
        page = PageRequests(after.client)
        assert page.do("act", action=json.dumps({"do": "open", "conversation": position["conversation_id"]}))
        assert "<summary>main.py</summary>" in page.shown["history"]
