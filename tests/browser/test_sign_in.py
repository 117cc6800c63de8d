"""Signing in with a browser: at the top level, and inside the frame of a Space's page, with Chromium's own cookies.

Chromium is told that both sites are on this machine, and reaches them over HTTPS by their real names.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.app_process import AppProcess
from tests.browser.axe import findings
from tests.browser.chromium import launch_with_hosts
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.https_front import HttpsFront
from tests.fakes.in_thread import served
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.forked_app import ForkedApp

SPACE, HUGGING_FACE = "me-assistant.hf.space", "huggingface.co"
SPACE_PAGE = f"https://{HUGGING_FACE}/spaces/me/assistant"
# As the frame of a Space's page is allowed to.
SANDBOX = "allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts"


class HuggingFace(OidcProvider):
    """The provider, and the page that shows the Space in a frame, with its own query passed on."""

    def _app(self) -> FastAPI:
        app = super()._app()

        @app.get("/spaces/me/assistant")
        async def space(request: Request) -> HTMLResponse:
            shown = f"https://{SPACE}/?{request.url.query}"
            frame = f'<iframe title="Space" src="{shown}" sandbox="{SANDBOX}" width="1200" height="700"></iframe>'
            return HTMLResponse(f"<!doctype html><title>A Space</title>{frame}")

        return app


@dataclass(frozen=True, slots=True)
class Sites:
    """A browser that knows both, and the Space's app on plain HTTP."""

    browser: Browser
    app: AppProcess


@pytest.fixture(scope="module")
def sites(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("space")
    provider = HuggingFace(shown_at=f"https://{HUGGING_FACE}")
    with pytest.MonkeyPatch.context() as environment, ExitStack() as stack:
        engine = stack.enter_context(served(lambda: FakeEngine(Answer(pieces=(" Like this.",)))))
        stack.enter_context(served(lambda: provider))
        for name, value in {
            "SPACE_HOST": SPACE,
            "SPACE_ID": "me/assistant",
            "OPENID_PROVIDER_URL": provider.url,
            "OAUTH_CLIENT_ID": CLIENT_ID,
            "OAUTH_CLIENT_SECRET": CLIENT_SECRET,
        }.items():
            environment.setenv(name, value)
        settings = {"backend": "openai", "backend_url": engine, "host": "127.0.0.1", "oidc_name": "Hugging Face"}
        app = stack.enter_context(ForkedApp(folder, **settings))
        hosts = {}
        for host, target in {SPACE: app.url, HUGGING_FACE: provider.url}.items():
            front = stack.enter_context(served(lambda target=target: HttpsFront(target, folder)))
            hosts[host] = int(front.rpartition(":")[2])
        # By plain HTTP too, where a browser keeps no cookie that is meant for HTTPS.
        hosts["plain.example"] = app.port
        app.wait_until_ready()
        with launch_with_hosts(browser, hosts) as knowing:
            yield Sites(knowing, app)


@pytest.fixture
def person(sites: Sites) -> Iterator[BrowserContext]:
    context = sites.browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def ask_in(page: Page | FrameLocator, question: str) -> None:
    page.get_by_role("textbox", name="Message").fill(question)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Like this.")).to_be_visible()


def opened(person: BrowserContext, url: str) -> Page:
    page = person.new_page()
    page.goto(url)
    page.locator("[data-conversation]").first.wait_for()
    return page


def test_whoever_signs_in_keeps_the_conversation_that_is_open_and_can_leave(person: BrowserContext) -> None:
    page = opened(person, f"https://{SPACE}/")
    ask_in(page, "Asked before?")
    page.get_by_role("link", name="Sign in with Hugging Face").click()
    page.get_by_role("link", name="Allow").click()
    expect(page.get_by_role("log").get_by_text("Asked before?")).to_be_visible()
    menu, leave = page.get_by_text("Signed in as ann"), page.get_by_role("button", name="Sign out", exact=True)
    menu.click()
    expect(leave).to_be_visible()
    found = findings(page, "account")
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_role("button", name="Show side bar").click()
    menu.click()
    expect(leave).to_be_visible()
    assert found + findings(page, "account on a phone") == []
    leave.click()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("link", name="Sign in with Hugging Face")).to_be_visible()
    expect(page.get_by_text("Nothing asked yet.")).to_be_visible()


def test_signing_out_everywhere_is_told_on_a_page_that_is_still_open(sites: Sites, person: BrowserContext) -> None:
    page = opened(person, f"https://{SPACE}/")
    page.get_by_role("link", name="Sign in with Hugging Face").click()
    page.get_by_role("link", name="Allow").click()
    page.get_by_text("Signed in as ann").wait_for()
    elsewhere = sites.browser.new_context(ignore_https_errors=True)
    other = opened(elsewhere, f"https://{SPACE}/")
    other.get_by_role("link", name="Sign in with Hugging Face").click()
    other.get_by_role("link", name="Allow").click()
    other.get_by_text("Signed in as ann").click()
    other.get_by_role("button", name="Sign out in all browsers").click()
    other.get_by_role("link", name="Sign in with Hugging Face").wait_for()
    elsewhere.close()
    page.get_by_role("textbox", name="Message").fill("Am I still here?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("You were signed out.")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Am I still here?")


def test_whoever_cancels_at_the_provider_can_go_on_without(person: BrowserContext) -> None:
    page = opened(person, f"https://{SPACE}/")
    page.get_by_role("link", name="Sign in with Hugging Face").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("Hugging Face did not sign you in")
    page.get_by_role("link", name="Go on without signing in").click()
    expect(page.get_by_role("link", name="Sign in with Hugging Face")).to_be_visible()


def test_in_the_frame_of_a_space_signing_in_goes_through_a_tab_and_ends_in_the_frame(person: BrowserContext) -> None:
    page = person.new_page()
    page.goto(SPACE_PAGE)
    frame = page.frame_locator("iframe")
    ask_in(frame, "Asked in the frame?")
    frame.get_by_role("button", name="Open Sidebar").or_(frame.get_by_role("link", name="Sign in")).first.wait_for()
    with person.expect_page() as opening:
        frame.get_by_role("link", name="Sign in with Hugging Face").click()
    tab = opening.value
    tab.get_by_role("link", name="Allow").click()
    back = tab.frame_locator("iframe")
    expect(back.get_by_text("Signed in as ann")).to_be_visible()
    expect(back.get_by_role("link", name="Asked in the frame?")).to_be_visible()
    assert tab.url.startswith(SPACE_PAGE)
    # So it stays when that address is opened again; and the page where it began shares the frame's cookie.
    for shown, inside in ((tab, back), (page, frame)):
        shown.reload()
        expect(inside.get_by_text("Signed in as ann")).to_be_visible()
    # And a tab of the Space's own was signed in besides.
    own = opened(person, f"https://{SPACE}/")
    expect(own.get_by_role("link", name="Asked in the frame?")).to_be_visible()


def test_somebody_elses_claim_or_ticket_signs_no_frame_in(sites: Sites, person: BrowserContext) -> None:
    page = person.new_page()
    page.goto(f"{SPACE_PAGE}?sign-in=somebody-elses")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("alert")).to_contain_text("begun in another browser")


def test_where_no_cookie_sticks_the_page_says_so_and_how_it_can_be_opened(person: BrowserContext) -> None:
    page = opened(person, "http://plain.example/")
    expect(page.get_by_role("alert")).to_contain_text("This browser did not keep our cookie")
    link = page.get_by_role("link", name="Open in its own tab")
    expect(link).to_have_attribute("target", "_blank")
    page.get_by_role("textbox", name="Message").fill("Kept?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Kept?")
