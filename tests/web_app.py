"""The whole app in this process, put together by app.py, with a scripted model: what a browser would talk to."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount
from starlette.testclient import TestClient

import app
from assistant.settings import Settings
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests


@dataclass(frozen=True, slots=True)
class WebApp:
    client: TestClient
    model: ScriptedModel
    data_dir: Path

    def visitor(self) -> TestClient:
        """Another person's browser, without a cookie yet."""
        # The lifespan is the first client's: this one only talks to the app that runs already.
        client = TestClient(self.client.app, base_url=str(self.client.base_url), follow_redirects=False)
        client.portal = self.client.portal
        return client

    def shared(self, question: str, answer: str) -> tuple[PageRequests, str]:
        """The page of somebody who asked and shared, and the path of the link."""
        page = PageRequests(self.client)
        self.model.will_say(" " + answer)
        assert page.do("send", message=question)
        return page, publish(self.client, json.loads(page.shown["position"])["conversation_id"])


def gradio_in(app: FastAPI) -> App:
    """Gradio's own app, which has all that ours does not answer itself."""
    return next(each.app for each in app.routes if isinstance(each, Mount) and isinstance(each.app, App))


def publish(browser: TestClient, conversation_id: str, **fields: str) -> str:
    """A conversation as it was looked at, with these fields of the form; the path of the link."""
    address = f"/shares/new/{conversation_id}"
    shown = browser.post(address, data=fields).text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    made = browser.post(address, data={**fields, **form, "do": "publish"})
    found = re.search(r"/s/[\w-]{43}", made.text)
    assert found
    return found[0]


@contextmanager
def web_app(
    data_dir: Path, loader: ScriptedLoader | None = None, *, origin: str = "http://testserver", **settings: object
) -> Iterator[WebApp]:
    loader = loader or ScriptedLoader(ScriptedModel())
    fastapi = asyncio.run(_built(Settings(_env_file=None, data_dir=data_dir, **settings), loader))  # type: ignore[arg-type,call-arg]  # by name, from tests
    with TestClient(fastapi, base_url=origin, follow_redirects=False) as client:
        yield WebApp(client, loader.model, data_dir)


async def _built(settings: Settings, loader: ScriptedLoader) -> FastAPI:
    """In a loop: without one, Gradio makes one of its own and never closes it."""
    return app.build(settings, loader)[0]
