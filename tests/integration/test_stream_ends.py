"""What StreamEnds has to know of Gradio: how it says that a stream of events has ended, and whose it was."""

from pathlib import Path

from tests.page_requests import PageRequests
from tests.web_app import web_app


def test_an_end_is_seen_and_told_to_the_next_event_of_the_same_page(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page = PageRequests(running.client)
        joined = page.join("new_chat")
        assert "ended-stream" not in joined.headers
        path, asked = "/gradio_api/queue/data", {"session_hash": page._session, "stream": "seventh"}
        with running.client.stream("GET", path, params=asked, timeout=120) as stream:
            assert "close_stream" in stream.read().decode()
        again = running.client.post("/gradio_api/queue/join", content=joined.request.content)
        assert again.headers["ended-stream"] == "seventh"
