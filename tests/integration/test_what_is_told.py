"""What an engine says when it fails may quote its key and the prompt. Neither gets into what the app says and keeps."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

import app
from assistant.backends.choice import choose_loader
from assistant.settings import Settings
from tests.fakes.engine_script import Fault
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.page_requests import PageRequests
from tests.web_app import publish

KEY, ASKED, SAID = "canary-key-5d20", "canary-asked-7f3a", "canary-said-91bc"
QUOTED = f"Authorization: Bearer {KEY}, prompt: {ASKED}"
AGAIN = {"retry-after": "99"}
"""So long that nobody waits for it."""
# Without words of its own, a status comes with the prompt.
FAILURES: list[dict[str, Any]] = [
    *({"status": status, "error": {"message": QUOTED}} for status in (400, 401, 403, 404, 413, 422, 500)),
    *({"status": status, "error": {"message": QUOTED}, "headers": AGAIN} for status in (429, 503)),
    {"status": 302, "headers": {"location": f"http://127.0.0.1:1/{KEY}"}},
    {"event": json.dumps({"error": {"message": QUOTED}})},
    {"event": f"{{{QUOTED}"},
    {"event": json.dumps([QUOTED])},
    {"fault": Fault.ERROR_EVENT},
    {"fault": Fault.BROKEN_UTF8},
    {"fault": Fault.UNFINISHED},
]  # fmt: skip


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    made = FakeEngine(api_key=KEY)
    with served(lambda: made):
        yield made


def test_neither_key_nor_prompt_is_in_errors_provenance_or_log(
    tmp_path: Path, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("assistant", "storage"):
        caplog.set_level(logging.DEBUG, name)
    settings = Settings(  # type: ignore[call-arg]  # by name
        _env_file=None, data_dir=tmp_path, backend="openai", backend_url=(engine.url,), backend_api_key=SecretStr(KEY)
    )
    built = asyncio.run(_built(settings))
    with TestClient(built, base_url="http://testserver", follow_redirects=False) as browser:
        while browser.get("/readyz").status_code != 200:
            pass
        page = PageRequests(browser)
        told = []
        for failure in FAILURES:
            # Where it is sent on to nobody listens, and what cannot be reached is asked three times.
            for _ in range(3 if failure.get("status") == 302 else 1):
                engine.will_answer(f" {SAID}", **failure)
            page.do("send", message=f"What of {ASKED}?")
            told += re.findall(r'role="alert">(.*?)<', page.shown["history"])[-1:]
        page.do("send", message="And now?")
        conversation = json.loads(page.shown["position"])["conversation_id"]
        link = publish(browser, conversation, include="settings")
        paths = ("/export.jsonl", link, f"{link}/json", f"/export/{conversation}.md", "/readyz")
        kept = [browser.get(path) for path in paths]
    assert len(told) == len(FAILURES)
    assert "model_revision" in kept[0].text and "sha256" in kept[1].text
    assert not [text for text in (*told, str(page.shown), *(each.text for each in kept)) if KEY in text]
    assert not [text for text in told if ASKED in text or SAID in text]
    ours = [record for record in caplog.records if record.name.startswith(("assistant", "storage"))]
    logged = "\n".join(map(caplog.handler.format, ours))
    assert "engine_access" in logged, "what failed is logged"
    assert not [canary for canary in (KEY, ASKED, SAID) if canary in logged]


async def _built(settings: Settings) -> FastAPI:
    """In a loop: without one, Gradio makes one of its own and never closes it."""
    return app.build(settings, choose_loader(settings))[0]
