"""A person who has never been here asks, stops, branches, finds, shares and signs in: each thing is found by its role
and name alone, as by somebody who sees the page for the first time, or hears it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.asking import edit
from tests.browser.publishing import press_publish
from tests.fakes.engine_script import HOLD
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.in_thread import served
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.forked_app import ForkedApp


@pytest.fixture
def visitor(context: BrowserContext, engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with (
        served(OidcProvider) as provider,
        ForkedApp(
            tmp_path_factory.mktemp("visited"),
            backend="openai",
            backend_url=engine.url,
            oidc_provider_url=provider,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_name="Example",
        ) as app,
    ):
        app.wait_until_ready()
        page = context.new_page()
        page.goto(app.url)
        yield page


def test_everything_is_found_by_its_role_and_name(visitor: Page, engine: FakeEngine) -> None:
    page = visitor
    expect(page.get_by_role("heading", name="Tech Assistant")).to_be_visible()
    log = page.get_by_role("log", name="Conversation")

    # Asks, and stops.
    engine.will_answer(" Step 1.", HOLD)
    page.get_by_role("textbox", name="Message").fill("How do I tie a knot?")
    page.get_by_role("button", name="Send").click()
    expect(log.get_by_role("article", name="Assistant")).to_contain_text("Step 1.")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").get_by_text("The answer was stopped.")).to_be_attached()

    # Branches.
    log.get_by_role("button", name="Regenerate").click()
    expect(page.get_by_role("status").get_by_text("The answer is complete.")).to_be_attached()
    log.get_by_role("group", name="Version 2 of 2").get_by_role("button", name="Earlier version").click()
    expect(log.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    edit(page)
    expect(page.get_by_role("textbox", name="Message")).to_have_value("How do I tie a knot?")
    expect(page.get_by_role("button", name="Cancel editing")).to_be_visible()
    page.get_by_role("textbox", name="Message").fill("How do I untie a knot?")
    page.get_by_role("button", name="Send").click()
    expect(log.get_by_role("article", name="You")).to_contain_text("untie")
    expect(page.get_by_role("status").get_by_text("The answer is complete.")).to_be_attached()

    # Finds.
    page.get_by_role("button", name="New chat").click()
    page.get_by_role("searchbox", name="Search conversations").fill("untie")
    page.get_by_role("navigation", name="Search results").get_by_role("link", name="You: How do I untie").click()
    expect(log.get_by_role("article", name="You")).to_contain_text("untie")

    # Shares.
    page.get_by_role("link", name="Share", exact=True).click()
    press_publish(page)
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Open the page").click()
    expect(opening.value.get_by_role("main")).to_contain_text("untie")
    page.get_by_role("link", name="Back to the conversation").click()

    # Signs in, and still has it all.
    page.get_by_role("link", name="Sign in with Example").click()
    page.get_by_role("link", name="Allow").click()
    expect(page.get_by_text("Signed in as ann")).to_be_visible()
    listed = page.get_by_role("navigation", name="Conversations")
    expect(listed.get_by_role("link", name="How do I tie a knot?")).to_be_visible()
