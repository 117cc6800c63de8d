"""Whatever is sent to whichever route: the app answers, and never with an error of its own."""

from pathlib import Path

from tests.http_fuzz import Routes, try_all
from tests.web_app import GRADIO_IS_NOISY, web_app

pytestmark = GRADIO_IS_NOISY


def test_no_request_makes_the_app_fail(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        assert {"/healthz", "/import", "/s/{id}", "/gradio_api/queue/join"} <= set(Routes.of(running).paths)
        assert try_all(running, examples=1500) >= 1500
