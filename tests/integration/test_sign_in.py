"""Signing in at a provider of OpenID Connect, and out again: the whole app, a real provider on loopback, real HTTP."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.fakes.in_thread import served
from tests.fakes.oidc_provider import ANN, CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.page_requests import PageRequests
from tests.web_app import GRADIO_IS_NOISY, WebApp, publish, web_app

pytestmark = GRADIO_IS_NOISY
BOB = {"sub": "43", "preferred_username": "bob"}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    with served(lambda: provider):
        yield provider


@pytest.fixture(autouse=True)
def honest(provider: OidcProvider) -> None:
    provider.person, provider.token_claims, provider.issuer = dict(ANN), {}, ""
    provider.signs_with_another_key = provider.is_broken = False
    provider.userinfo_subject = ""


def settings(provider: OidcProvider, **others: object) -> dict[str, object]:
    return {
        "oidc_provider_url": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example",
        **others,
    }


@pytest.fixture(scope="module")
def running(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data"), **settings(provider)) as running:
        yield running


@pytest.fixture
def browser(running: WebApp) -> TestClient:
    return running.visitor()


def to_provider(browser: TestClient, **query: str) -> dict[str, str]:
    """Where the provider would send the person back to, by what they choose there."""
    sent = browser.get("/auth/sign-in", params=query)
    assert sent.status_code == 303
    page = httpx2.get(sent.headers["location"]).raise_for_status().text
    return {choice: where.replace("&amp;", "&") for where, choice in re.findall(r'href="([^"]+)">(\w+)<', page)}


def sign_in(browser: TestClient, **query: str) -> httpx2.Response:
    return browser.get(to_provider(browser, **query)["Allow"])


def ask(running: WebApp, browser: TestClient, question: str) -> PageRequests:
    page = PageRequests(browser)
    running.model.will_say(" Yes.")
    assert page.do("send", message=question)
    return page


def account_of(browser: TestClient) -> str:
    return str(PageRequests(browser).shown["account"])


# In


def test_whoever_signs_in_is_told_so_and_keeps_what_they_had(running: WebApp, browser: TestClient) -> None:
    ask(running, browser, "Asked before signing in?")
    former = browser.cookies["assistant"]
    back = sign_in(browser)
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert browser.cookies["assistant"] != former
    page = PageRequests(browser)
    assert "Signed in as ann" in page.shown["account"]
    assert "Asked before signing in?" in page.shown["conversations"]


def test_another_browser_of_the_same_person_has_the_same_conversations(running: WebApp) -> None:
    one, other = running.visitor(), running.visitor()
    ask(running, one, "Asked in one browser?")
    ask(running, other, "Asked in the other?")
    for browser in (one, other):
        sign_in(browser)
    for browser in (one, other):
        listed = PageRequests(browser).shown["conversations"]
        assert "Asked in one browser?" in listed
        assert "Asked in the other?" in listed


def test_the_token_from_before_is_worth_nothing_afterwards(running: WebApp, browser: TestClient) -> None:
    ask(running, browser, "Whose?")
    thief = running.visitor()
    thief.cookies.set("assistant", browser.cookies["assistant"])
    sign_in(browser)
    assert thief.get("/export.zip").status_code == 401
    assert "signed out" in thief.get("/export.zip").text
    thief.get("/")
    assert "Whose?" not in PageRequests(thief).shown["conversations"]


def test_the_way_leads_back_to_the_conversation_that_was_shown(running: WebApp, browser: TestClient) -> None:
    shown = json.loads(ask(running, browser, "Where was I?").shown["position"])["conversation_id"]
    assert sign_in(browser, c=shown).headers["location"] == f"/?c={shown}"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "a\r\nSet-Cookie: x=y", "x" * 65])
def test_the_way_leads_back_to_nowhere_else(browser: TestClient, elsewhere: str) -> None:
    assert sign_in(browser, c=elsewhere).headers["location"] == "/"


def test_the_provider_is_asked_with_state_nonce_and_a_hashed_verifier(
    browser: TestClient, provider: OidcProvider
) -> None:
    to_provider(browser)
    asked = provider.asked[-1]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile"
    assert asked["redirect_uri"] == "http://testserver/auth/callback"
    assert min(len(asked[part]) for part in ("state", "nonce", "code_challenge")) >= 20


def test_no_token_of_the_provider_reaches_browser_or_disk(
    running: WebApp, browser: TestClient, provider: OidcProvider
) -> None:
    sign_in(browser)
    kept = b"".join(file.read_bytes() for file in running.data_dir.iterdir() if file.is_file())
    assert provider._tokens
    for token in provider._tokens:
        assert token not in str(browser.cookies)
        assert token.encode() not in kept


def test_what_a_second_account_in_the_same_browser_has_is_its_own(
    running: WebApp, browser: TestClient, provider: OidcProvider
) -> None:
    sign_in(browser)
    ask(running, browser, "Of Ann alone?")
    provider.person = dict(BOB)
    sign_in(browser)
    page = PageRequests(browser)
    assert "Signed in as bob" in page.shown["account"]
    assert "Of Ann alone?" not in page.shown["conversations"]


# Out


def test_signing_out_ends_this_browser_alone(running: WebApp) -> None:
    one, other = running.visitor(), running.visitor()
    for browser in (one, other):
        sign_in(browser)
    former = one.cookies["assistant"]
    assert one.post("/auth/sign-out").headers["location"] == "/"
    assert one.cookies["assistant"] != former
    assert "Sign in with Example" in account_of(one)
    assert "Signed in as ann" in account_of(other)


def test_signing_out_everywhere_ends_every_browser_at_once(running: WebApp) -> None:
    one, other = running.visitor(), running.visitor()
    for browser in (one, other):
        sign_in(browser)
    open_page = PageRequests(other)
    assert one.post("/auth/sign-out-everywhere").status_code == 303
    assert open_page.do("send", message="Am I still here?")
    assert "You were signed out." in open_page.shown["notice"]
    assert other.get("/export.zip").status_code == 401
    for browser in (one, other):
        assert "Sign in with Example" in account_of(browser)


@pytest.mark.parametrize("route", ["sign-out", "sign-out-everywhere", "ticket"])
def test_another_sites_page_signs_nobody_out(browser: TestClient, route: str) -> None:
    sign_in(browser)
    assert browser.post(f"/auth/{route}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get(f"/auth/{route}").status_code == 404
    assert "Signed in as ann" in account_of(browser)


def test_whoever_deletes_everything_is_signed_out_and_no_account_is_left(running: WebApp, browser: TestClient) -> None:
    sign_in(browser)
    page = ask(running, browser, "To be forgotten?")
    assert page.do("act", action='{"do": "delete-everything"}')
    assert "All your data is deleted" in page.shown["notice"]
    assert "Sign in with Example" in page.shown["account"]
    assert browser.get("/export.zip").status_code == 401
    sign_in(browser)
    assert "To be forgotten?" not in PageRequests(browser).shown["conversations"]


# Not in


def refused(answer: httpx2.Response, status: int, told: str) -> None:
    assert answer.status_code == status
    assert told in answer.text
    assert "Try again" in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"]


def test_whoever_cancels_at_the_provider_is_told_and_goes_on_as_before(running: WebApp, browser: TestClient) -> None:
    ask(running, browser, "Still mine?")
    refused(browser.get(to_provider(browser)["Cancel"]), 403, "Example did not sign you in")
    assert "Still mine?" in PageRequests(browser).shown["conversations"]


def test_an_answer_counts_once(browser: TestClient) -> None:
    back = to_provider(browser)["Allow"]
    assert browser.get(back).status_code == 303
    refused(browser.get(back), 400, "was already used")


def test_an_answer_that_another_browser_asked_for_signs_nobody_in(running: WebApp, browser: TestClient) -> None:
    attacker = running.visitor()
    attackers_answer = to_provider(attacker)["Allow"]
    browser.get("/")
    refused(browser.get(attackers_answer), 400, "begun in another browser")
    refused(running.visitor().get(to_provider(attacker)["Allow"]), 400, "begun in another browser")


@pytest.mark.parametrize("query", ["", "state=x&code=y", "error=access_denied", "code=y", "state=&code="])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(browser: TestClient, query: str) -> None:
    browser.get("/")
    refused(browser.get(f"/auth/callback?{query}"), 400, "You are not signed in")


@pytest.mark.parametrize(
    "lie",
    [
        {"token_claims": {"nonce": "another"}},
        {"token_claims": {"aud": "another-app"}},
        {"token_claims": {"iss": "https://evil.example"}},
        {"token_claims": {"exp": 1}},
        {"token_claims": {"sub": ""}},
        {"signs_with_another_key": True},
        {"userinfo_subject": "43"},
        {"is_broken": True},
    ],
    ids=str,
)
def test_a_provider_that_cannot_be_believed_signs_nobody_in(
    browser: TestClient, provider: OidcProvider, lie: dict[str, Any]
) -> None:
    back = to_provider(browser)["Allow"]
    for name, value in lie.items():
        setattr(provider, name, value)
    refused(browser.get(back), 502, "Example could not be reached, or gave an answer that cannot be trusted")


def test_a_provider_that_is_down_or_another_one_is_told_and_tried_again(tmp_path: Path, provider: OidcProvider) -> None:
    with web_app(tmp_path, **settings(provider)) as running:
        browser = running.visitor()
        provider.is_broken = True
        refused_at_first = browser.get("/auth/sign-in")
        assert (refused_at_first.status_code, "Try again" in refused_at_first.text) == (502, True)
        provider.is_broken, provider.issuer = False, "https://evil.example"
        assert browser.get("/auth/sign-in").status_code == 502
        provider.issuer = ""
        assert sign_in(browser).status_code == 303


def test_a_link_on_another_site_asks_before_it_signs_in(browser: TestClient) -> None:
    asked = browser.get("/auth/sign-in", headers={"Sec-Fetch-Site": "cross-site"})
    assert asked.status_code == 200
    assert "Sign in with Example" in asked.text


# Who may


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


# Where it is not configured


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
