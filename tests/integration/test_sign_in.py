"""Signing in at a provider of OpenID Connect, and out again: the whole app, a real provider on loopback, real HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fakes.oidc_provider import OidcProvider
from tests.page_requests import PageRequests
from tests.signing_in import BOB, account_of, ask, refused, settings, sign_in, to_provider
from tests.web_app import WebApp, web_app

pytestmark = pytest.mark.usefixtures("honest")


@pytest.fixture(scope="module")
def running(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data"), **settings(provider)) as running:
        yield running


@pytest.fixture
def browser(running: WebApp) -> TestClient:
    return running.visitor()


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
