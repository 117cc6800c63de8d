"""What StreamEnds has to know of Gradio: how it says that a stream of events has ended."""

from pathlib import Path

import pytest

from assistant.web.stream_ends import StreamEnds
from tests.page_requests import PageRequests
from tests.web_app import GRADIO_IS_NOISY, web_app

pytestmark = GRADIO_IS_NOISY


def test_an_end_is_seen_and_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browsers: list[str] = []
    monkeypatch.setattr(StreamEnds, "_remember", lambda _, browser: browsers.append(browser))
    with web_app(tmp_path) as running:
        page = PageRequests(running.client)
        page.join("new_chat")
        assert [message["msg"] for message in page.follow()][-1] == "close_stream"
    assert browsers
    assert all("assistant=" in browser for browser in browsers)
