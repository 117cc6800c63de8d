"""Chromium, and the app before an engine that says what a test tells it to."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebError, expect, sync_playwright

from assistant.identities import token_hash
from storage.database import open_database
from storage.store import SqlConversationStore
from tests.app_process import AppProcess
from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import launch, visit
from tests.browser.keeping import Keep, keep_in
from tests.browser.scripts import ANSWER, LINES, PACE, WINDOW
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.forked_app import ForkedApp

# As long as playwright waits for all else: a busy machine is no fault.
expect.set_options(timeout=30_000)


# For the package, not the session: playwright keeps an event loop running, which other asynchronous tests would meet.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # One renderer for all pages of a profile; see there.
        browser = launch(playwright, "--process-per-site")
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def running_engine() -> Iterator[FakeEngine]:
    engine = FakeEngine(window=WINDOW)
    with served(lambda: engine):
        yield engine


@pytest.fixture
def engine(running_engine: FakeEngine) -> FakeEngine:
    """Says what it is told to, or `ANSWER`."""
    running_engine.begin_anew(ANSWER)
    return running_engine


@pytest.fixture(scope="package")
def running_app(tmp_path_factory: pytest.TempPathFactory, running_engine: FakeEngine) -> Iterator[AppProcess]:
    with ForkedApp(tmp_path_factory.mktemp("data"), backend="openai", backend_url=running_engine.url) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def app(running_app: AppProcess, engine: FakeEngine) -> AppProcess:
    """Asks `engine`."""
    return running_app


@pytest.fixture(scope="package")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests, since a browser without the page's scripts in its cache takes twice as long to open it; and
    with an empty page that stays, since a renderer that has compiled them opens the next page in half of the time."""
    profile = browser.new_context(viewport={"width": 1280, "height": 800})
    stays = profile.new_page()
    stays.route("**", lambda route: route.fulfill(body=""))
    stays.goto("http://127.0.0.1/")
    yield profile
    profile.close()


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    """A browser of one person: nothing is left in it of the person before, but what anybody is served. No script of
    ours may fail in it."""
    faults: list[str] = []

    def note(fault: WebError) -> None:
        # Gradio's own are in `/assets/`, and may fail as a test takes their server away.
        if "/assets/" not in (fault.error.stack or ""):
            faults.append(f"{fault.page.url if fault.page else ''}: {fault.error}")

    profile.on("weberror", note)
    yield profile
    profile.remove_listener("weberror", note)
    stays, *pages = profile.pages
    origins = {f"{url.scheme}://{url.netloc}" for url in (urlsplit(page.url) for page in pages)}
    for page in pages:
        page.close()
    storage = profile.new_cdp_session(stays)
    for origin in origins:
        storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
    storage.detach()
    profile.clear_cookies()
    profile.clear_permissions()
    assert faults == []


@pytest.fixture
def page(context: BrowserContext, app: AppProcess) -> Page:
    page = context.new_page()
    visit(page, app.url)
    return page


@pytest.fixture
def paced(page: Page, engine: FakeEngine) -> Page:
    """Each answer is the same forty lines, and takes a good second: on a busy machine it may have ended before a test
    has seen it begin. Where that matters, an answer is made to wait: see `UNENDED`."""
    engine.default_pieces(*LINES, pace=PACE)
    return page


@pytest.fixture
def keep(app: AppProcess, page: Page, context: BrowserContext) -> Iterator[Keep]:
    """Puts a conversation of the page's visitor into the database: its texts in turn, all on one branch unless
    `parents` says which text each follows."""
    owner_id = next(token_hash(cookie["value"]) for cookie in context.cookies() if cookie["name"] == "assistant")
    database = open_database(f"sqlite:///{app.data_dir}/assistant.db")
    yield keep_in(SqlConversationStore(database), owner_id)
    database.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def answered(page: Page) -> Page:
    """The page, with one short answer."""
    ask(page, QUESTION)
    wait_for_end(page)
    return page
