"""The web app as app.py puts it together: whether it is well, and who its visitors are."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from gradio.queueing import Queue
from sqlalchemy import select
from starlette.testclient import TestClient

from assistant.errors.app import StorageError
from assistant.errors.engine import EngineLoadError
from assistant.identities import Identities
from assistant.ports import ConversationStore
from assistant.ui import page
from assistant.web.application import create_web_app
from assistant.web.health import Health
from assistant.web.hosting import Hosting
from assistant.web.visitor_cookie import VisitorCookie
from assistant.web.visitors import Visitors
from assistant.wording import Wording
from storage.database import open_database
from storage.identity_tables import IdentityRow
from tests.fakes.desk import Desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import HOLD, ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import WebApp, gradio_in, web_app


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def browser(running: WebApp) -> TestClient:
    return running.visitor()


# Health


def test_a_ready_app_says_so_and_names_its_parts(browser: TestClient) -> None:
    assert browser.get("/healthz").status_code == 200
    ready = browser.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "model": "smollm2-135m-instruct", "stage": "ready", "database": "ok"}


def test_while_the_model_loads_the_page_is_served_and_readiness_names_the_stage(tmp_path: Path) -> None:
    loader = ScriptedLoader(ScriptedModel(), held=True)
    with web_app(tmp_path, loader) as loading:
        loading.client.portal.call(wait_for_a_turn)  # type: ignore[union-attr]  # there while the lifespan lasts
        waiting = loading.client.get("/readyz")
        assert (waiting.status_code, waiting.json()["stage"], waiting.json()["ready"]) == (503, "loading", False)
        assert waiting.headers["retry-after"] == "1"
        assert waiting.headers["cache-control"] == "no-store"
        assert loading.client.get("/healthz").status_code == 200
        assert loading.client.get("/").status_code == 200


def test_a_model_that_failed_makes_the_app_unready_and_keeps_the_page(tmp_path: Path) -> None:
    loader = ScriptedLoader(ScriptedModel(), error=EngineLoadError(model="m", fault="/secret/path is broken"))
    with web_app(tmp_path, loader) as failed:
        failed.client.portal.call(wait_for_a_turn)  # type: ignore[union-attr]  # as above
        unready = failed.client.get("/readyz")
        assert (unready.status_code, unready.json()["stage"]) == (503, "failed")
        assert unready.json()["error"] == "engine_load"
        assert "/secret" not in unready.text
        assert failed.client.get("/").status_code == 200


class UnreachableStore(MemoryConversationStore):
    def ping(self) -> None:
        raise StorageError(fault="it cannot be reached")


@contextmanager
def served_alone(store: ConversationStore, *, draining: bool = False) -> Iterator[TestClient]:
    """The web app without the page."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await desk.engine.start()
        yield

    desk = Desk(store=store)
    health = Health(desk.engine, store, lambda: draining)
    hosting = Hosting(listen_on="127.0.0.1", public_url="", framed_by="")
    visitors = Visitors(Identities(MemoryConversationStore(), clock=desk.clock), VisitorCookie())
    app = create_web_app(health, visitors, Wording(), hosting, limits=desk.limits, lifespan=lifespan)
    with TestClient(app) as client:
        yield client


def test_a_database_that_cannot_be_reached_makes_the_app_unready() -> None:
    with served_alone(UnreachableStore()) as client:
        unready = client.get("/readyz")
        assert (unready.status_code, unready.json()["database"]) == (503, "it cannot be reached")
        assert client.get("/healthz").status_code == 200


def test_an_app_that_is_about_to_end_is_unready() -> None:
    with served_alone(MemoryConversationStore(), draining=True) as client:
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


async def wait_for_a_turn() -> None:
    """Requests run in the app's own loop: by the time that it runs this, what was started has begun."""
    for _ in range(10):
        await asyncio.sleep(0)


# Identity


def cookie_of(response: httpx2.Response) -> list[str]:
    return response.headers["set-cookie"].split("; ")


def test_a_first_visit_gets_a_cookie_that_scripts_and_other_sites_cannot_use(browser: TestClient) -> None:
    first = browser.get("/")
    name, *flags = cookie_of(first)
    assert name.startswith("assistant=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not {"Secure", "Domain"} & set(flags)
    # A cache between us must not hand one person's identity to the next.
    assert first.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in browser.get("/").headers


def test_over_https_the_cookie_is_bound_to_this_host_and_to_https(tmp_path: Path) -> None:
    with web_app(tmp_path, origin="https://testserver") as running:
        page = running.client.get("/")
    name, *flags = cookie_of(page)
    assert name.startswith("__Host-assistant=")
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(flags)
    assert page.headers["strict-transport-security"]


def test_behind_a_proxy_that_speaks_https_the_cookie_is_secure(tmp_path: Path) -> None:
    with web_app(tmp_path, public_url="https://chat.example") as running:
        assert {"Secure", "SameSite=Lax"} <= set(cookie_of(running.client.get("/")))


def test_in_a_space_the_cookie_works_inside_the_frame_and_no_other_site_may_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACE_HOST", "me-assistant.hf.space,chat.example")
    # The Space's proxy speaks plain HTTP to the app.
    with web_app(tmp_path) as running:
        page = running.client.get("/")
        assert {"Secure", "SameSite=None", "Partitioned", "HttpOnly"} <= set(cookie_of(page))
        assert page.headers["content-security-policy"].endswith("frame-ancestors 'self' https://huggingface.co")


@pytest.mark.parametrize("cookie", [b"", b"x", b"a.b", b"." * 5000, b"\xff", b"a=b", b'"\x01"'])
def test_a_damaged_cookie_gives_a_new_identity_and_no_error(running: WebApp, cookie: bytes) -> None:
    page = running.visitor().get("/", headers=[(b"Cookie", b"assistant=" + cookie)])
    assert page.status_code == 200
    assert cookie_of(page)[0].startswith("assistant=")


def test_over_https_a_cookie_that_plain_http_could_have_planted_is_nobodys(tmp_path: Path) -> None:
    with web_app(tmp_path, origin="https://testserver") as running:
        running.client.cookies.set("assistant", "t" * 43)
        assert cookie_of(running.client.get("/"))[0].startswith("__Host-assistant=")
        assert running.client.get("/export.zip").status_code == 200
        running.client.cookies.delete("__Host-assistant")
        assert running.client.get("/export.zip").status_code == 401


@pytest.mark.parametrize(("shown_in", "kind"), [("document", "SameSite=Lax"), ("iframe", "SameSite=None")])
def test_in_a_space_the_cookie_is_made_for_where_the_page_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown_in: str, kind: str
) -> None:
    monkeypatch.setenv("SPACE_HOST", "me-assistant.hf.space")
    with web_app(tmp_path) as running:
        flags = cookie_of(running.client.get("/", headers={"Sec-Fetch-Dest": shown_in}))
    assert {kind, "Secure", "HttpOnly"} <= set(flags)
    assert ("Partitioned" in flags) is (shown_in == "iframe")


def test_conversations_of_the_time_of_signed_cookies_are_still_their_owners(running: WebApp) -> None:
    visitor = running.visitor()
    page = PageRequests(visitor)
    running.model.will_say(" Yes.")
    assert page.do("send", message="Asked long ago?")
    token = visitor.cookies["assistant"]
    visitor.cookies.clear()
    visitor.cookies.set("assistant", f"{token}.{'s' * 43}", domain="testserver.local")
    # Without the signature from now on.
    assert cookie_of(visitor.get("/"))[0] == f"assistant={token}"
    assert "Asked long ago?" in PageRequests(visitor).shown["conversations"]


def test_whoever_only_looks_is_not_remembered_and_whoever_asks_is_by_a_hash(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        visitor = running.visitor()
        page = PageRequests(visitor)
        assert page.do("new_chat")
        assert known_tokens(tmp_path) == []
        running.model.will_say(" Yes.")
        assert page.do("send", message="Is it kept?")
        assert known_tokens(tmp_path) == [hashlib.sha256(visitor.cookies["assistant"].encode()).hexdigest()]


def known_tokens(data_dir: Path) -> list[str]:
    with closing(open_database(f"sqlite:///{data_dir}/assistant.db")) as database, database.read() as session:
        return [*session.scalars(select(IdentityRow.token_sha256))]


def test_no_event_has_gradio_copy_what_all_its_outputs_show(browser: TestClient) -> None:
    """Which it does with each update, in the browser, for those that it shows an event's progress on."""
    events = browser.get("/config").json()["dependencies"]
    assert {len(event["show_progress_on"] or event["outputs"]) for event in events} == {1}


def test_few_tabs_are_remembered_and_one_that_is_forgotten_gets_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_TABS", 2)
    with web_app(tmp_path) as running:
        app = running.client.app
        assert isinstance(app, FastAPI)
        tab = PageRequests(running.client)
        running.model.will_say(" From the", HOLD, " mountains.")
        assert tab.join("send", message="Where does water come from?").is_success
        for _ in range(3):
            PageRequests(running.visitor())
        assert len(gradio_in(app).state_holder.session_data) == 2
        running.model.release()
        told = list(tab.follow())
        assert [message["success"] for message in told if message["msg"] == "process_completed"] == [True]
        assert "From the mountains." in json.dumps(told)


def test_gradio_does_not_sum_up_its_events_after_each(running: WebApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pandas, for a page that is not served."""
    running.model.will_say(" So.")
    summed_up: list[object] = []
    monkeypatch.setattr(Queue, "_get_df", summed_up.append)
    assert PageRequests(running.visitor()).do("send", message="How?")
    assert not summed_up
