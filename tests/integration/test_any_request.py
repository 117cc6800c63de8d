"""Whatever is sent to whichever route: the app answers, and never with an error of its own."""

from pathlib import Path

import pytest

from tests.http_fuzz import Routes, try_all
from tests.web_app import GRADIO_IS_NOISY, web_app

pytestmark = GRADIO_IS_NOISY


def test_no_request_makes_the_app_fail(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        assert {"/healthz", "/import", "/s/{id}", "/gradio_api/queue/join"} <= set(Routes.of(running).paths)
        assert try_all(running, examples=1500) >= 1500


@pytest.mark.parametrize("path", ["/context", "/draft", "/gradio_api/queue/join"])
def test_a_body_that_is_no_text_is_refused_and_not_sent_back(tmp_path: Path, path: str) -> None:
    with web_app(tmp_path) as running:
        refused = running.visitor().request("PUT" if path == "/draft" else "POST", path, content=b"\xff<canary>")
        assert 400 <= refused.status_code < 500
        assert b"canary" not in refused.content
