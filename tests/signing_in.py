"""Signing in at the provider of the tests: what an app is set to, and the steps of a person in a browser."""

import re

import httpx2
from starlette.testclient import TestClient

from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.page_requests import PageRequests
from tests.web_app import WebApp

BOB = {"sub": "43", "preferred_username": "bob"}


def settings(provider: OidcProvider, **others: object) -> dict[str, object]:
    return {
        "oidc_provider_url": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example",
        **others,
    }


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


def refused(answer: httpx2.Response, status: int, told: str) -> None:
    assert answer.status_code == status
    assert told in answer.text
    assert "Try again" in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"]
