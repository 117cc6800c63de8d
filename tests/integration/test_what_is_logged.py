"""A log is read by more people than a conversation: it names ids, not what was written, nor what opens something."""

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.errors.engine import EngineUnavailableError
from tests.web_app import web_app

ASKED, SAID, KEY = "canary-asked-7f3a", "canary-said-91bc", "canary-key-5d20"
LOGGERS = ("assistant", "storage", "sqlalchemy.engine.Engine", "uvicorn", "gradio", "httpx2")


def test_neither_messages_nor_links_nor_keys_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in LOGGERS[:2]:
        caplog.set_level(logging.DEBUG, name)
    with web_app(tmp_path, backend_api_key=SecretStr(KEY), turns_per_minute=4) as running:
        page, link = running.shared(f"What is {ASKED}?", f"It is {SAID}.")
        for failure in (EngineUnavailableError(fault="it is away", retry_after=99), RuntimeError("a bug")):
            running.model.will_say(f" {SAID}", failure)
            page.do("send", message=f"And {ASKED}?")
        for _ in range(3):
            page.do("send", message=f"Once more {ASKED}?")
        page.do("act", action=f'{{"do": "{ASKED}"}}')
        page.do("act", action=ASKED)
        running.visitor().get(link)
        running.visitor().get(link[:-1])
        shown = str(page.shown)
    logged = "\n".join(
        caplog.handler.format(record) for record in caplog.records if record.name.split(".")[0] in LOGGERS
    )
    assert "a bug" in logged, "what failed is logged"
    for secret in (ASKED, SAID, KEY, link.removeprefix("/s/")):
        assert secret not in logged
    assert KEY not in shown
