"""Whom a provider's word lets in, by what the app is set to: a list, a must, no provider at all, a Space."""

import json
from pathlib import Path

import pytest

from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.page_requests import PageRequests
from tests.signing_in import BOB, account_of, ask, refused, settings, sign_in
from tests.web_app import publish, web_app

pytestmark = pytest.mark.usefixtures("honest")


def test_only_those_on_the_list_come_in(tmp_path: Path, provider: OidcProvider) -> None:
    with web_app(tmp_path, **settings(provider, sign_in_users=("bob",))) as running:
        refused(sign_in(running.visitor()), 403, "ann is not on the list")
        provider.person = dict(BOB)
        assert sign_in(running.visitor()).status_code == 303


def test_where_signing_in_is_required_nothing_but_shared_pages_is_served_without(
    tmp_path: Path, provider: OidcProvider
) -> None:
    with web_app(tmp_path, **settings(provider, sign_in_required=True)) as running:
        owner = running.visitor()
        assert sign_in(owner).status_code == 303
        page = ask(running, owner, "Seen by those who have the link?")
        link = publish(owner, json.loads(page.shown["position"])["conversation_id"])
        stranger = running.visitor()
        wall = stranger.get("/")
        assert "asks you to sign in first" in wall.text
        assert "Go on without" not in wall.text
        assert "gradio" not in wall.text
        assert stranger.get("/export.zip").status_code == 401
        assert stranger.post("/import", content=b"{}").status_code == 401
        assert stranger.post(f"{link}/continue").status_code == 401
        assert "Seen by those who have the link?" in stranger.get(link).text
        assert sign_in(stranger).status_code == 303
        assert "Signed in as ann" in account_of(stranger)


def test_an_event_without_the_required_sign_in_is_refused(tmp_path: Path, provider: OidcProvider) -> None:
    with web_app(tmp_path, **settings(provider, sign_in_required=True)) as running:
        browser = running.visitor()
        sign_in(browser)
        page = PageRequests(browser)
        browser.cookies.clear()
        browser.cookies.set("assistant", "t" * 43, domain="testserver.local")
        assert page.do("send", message="May I?")
        assert "Sign in to use this app." in page.shown["notice"]


def test_without_a_provider_nothing_of_it_is_there(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        assert account_of(running.client) == ""
        for method, path in (("GET", "/auth/sign-in"), ("GET", "/auth/callback"), ("POST", "/auth/sign-out")):
            assert running.client.request(method, path).status_code == 404


def test_a_space_says_by_itself_whom_to_sign_in_with_and_only_the_frame_that_began_is_signed_in(
    tmp_path: Path, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "SPACE_HOST": "me-assistant.hf.space",
        "SPACE_ID": "me/assistant",
        "OPENID_PROVIDER_URL": provider.url,
        "OAUTH_CLIENT_ID": CLIENT_ID,
        "OAUTH_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_SCOPES": "openid profile email",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with web_app(tmp_path, origin="https://me-assistant.hf.space") as running:
        frame, tab, stranger = (running.visitor() for _ in range(3))
        for browser in (frame, stranger):
            browser.get("/", headers={"Sec-Fetch-Dest": "iframe"})
        for claimant, status in ((stranger, 400), (frame, 303)):
            ticket = frame.post("/auth/ticket").text
            back = sign_in(tab, ticket=ticket).headers["location"]
            assert back.startswith("https://huggingface.co/spaces/me/assistant?sign-in=")
            assert tab.get("/auth/sign-in", params={"ticket": ticket}).status_code == 400
            assert claimant.get("/?" + back.partition("?")[2]).status_code == status
            assert ("Signed in as ann" in account_of(claimant)) is (claimant is frame)
    assert provider.asked[-1]["redirect_uri"] == "https://me-assistant.hf.space/auth/callback"
    assert provider.asked[-1]["scope"] == "openid profile email"
