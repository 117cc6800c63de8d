"""Limits and addresses over HTTP: who is counted, what is refused and how, and what is never read."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from storage.sqlite import driver
from tests.fakes.oidc_provider import OidcProvider
from tests.page_requests import PageRequests
from tests.signing_in import settings
from tests.web_app import WebApp, publish, web_app

UNKNOWN = "/s/" + "x" * 43


@pytest.fixture
def running(tmp_path: Path) -> Iterator[WebApp]:
    with web_app(tmp_path, misses_per_hour=2, turns_per_minute=1, body_limit=1) as running:
        yield running


def proxied(running: WebApp) -> TestClient:
    """A visitor who comes through a proxy on this machine."""
    client = TestClient(running.client.app, client=("127.0.0.1", 50000))
    client.portal = running.client.portal
    return client


def missed(running: WebApp, forwarded: str) -> int:
    return proxied(running).get(UNKNOWN, headers={"X-Forwarded-For": forwarded}).status_code


def test_links_that_lead_nowhere_are_counted_by_the_visitors_address(running: WebApp) -> None:
    assert [missed(running, "203.0.113.7") for _ in range(3)] == [404, 404, 429]
    # What a visitor says of themselves stands before what the proxy adds.
    assert missed(running, "198.51.100.1, 203.0.113.7") == 429
    assert missed(running, "203.0.113.8") == 404
    refused = proxied(running).get(UNKNOWN, headers={"X-Forwarded-For": "203.0.113.7"})
    assert 0 < int(refused.headers["retry-after"]) <= 1800
    assert "x" * 43 not in refused.text


def test_one_connection_of_ipv6_is_one_address(running: WebApp) -> None:
    assert [missed(running, f"2001:db8:1:2::{n}") for n in range(1, 4)] == [404, 404, 429]
    assert missed(running, "2001:db8:1:3::1") == 404


def test_without_a_trusted_proxy_nobody_is_believed(tmp_path: Path) -> None:
    with web_app(tmp_path, misses_per_hour=2) as running:
        tried = [running.visitor().get(UNKNOWN, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
        assert [answer.status_code for answer in tried] == [404, 404, 429]


def test_the_page_says_what_is_too_much_and_when_it_goes_again_and_keeps_the_text(running: WebApp) -> None:
    page = PageRequests(running.client)
    running.model.will_say(" Yes.")
    assert page.do("send", message="Is it?")
    assert page.do("send", message="And now?")
    assert "Too many questions: at most 1 within 60 seconds" in page.shown["notice"]
    assert "And now?" not in str(page.shown["history"])


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/draft", "/auth/sign-out", UNKNOWN + "/continue"])
def test_a_body_that_is_too_large_is_not_read(running: WebApp, path: str) -> None:
    refused = running.visitor().post(path, content=b" " * (2**20 + 1), headers={"Content-Type": "application/json"})
    assert refused.status_code in (404, 413)
    assert refused.headers["content-security-policy"]


def test_only_named_sites_may_read_answers(tmp_path: Path) -> None:
    with web_app(tmp_path, cors_origins=("https://docs.example",)) as running:
        for origin, allowed in (("https://docs.example", "https://docs.example"), ("https://evil.example", None)):
            seen = running.client.get("/healthz", headers={"Origin": origin})
            assert seen.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in seen.headers


def test_https_is_asked_for_where_people_come_by_it(tmp_path: Path) -> None:
    with web_app(tmp_path, public_url="https://chat.example") as running:
        assert running.client.get("/site/none.js").headers["strict-transport-security"]


def test_sign_ins_are_counted_by_the_address_they_come_from(tmp_path: Path, provider: OidcProvider) -> None:
    with web_app(tmp_path, **settings(provider, sign_ins_per_hour=2)) as running:
        tried = [running.visitor().get("/auth/sign-in") for _ in range(3)]
        assert [answer.status_code for answer in tried] == [303, 303, 429]
        assert int(tried[-1].headers["retry-after"]) > 0


def test_what_goes_through_much_is_bounded_and_says_when_it_goes_again(tmp_path: Path) -> None:
    bounds = {"imports_per_hour": 1, "exports_per_hour": 6, "shares_per_hour": 1, "requests_per_minute": 4}
    with web_app(tmp_path, **bounds) as running:
        browser = running.client
        page, _ = running.shared("How?", "So.")
        of = json.loads(page.shown["position"])["conversation_id"]
        kept = browser.get("/export.jsonl")
        assert [browser.get(path).status_code for path in (f"/export/{of}.md", "/export.zip")] == [200, 200]
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get(f"/shares/new/{of}").text))
        assert browser.post("/import", content=kept.content).json()["known"] == 1
        tries = {
            "files": browser.post("/import", content=kept.content),
            "links": browser.post(f"/shares/new/{of}", data=form | {"do": "publish"}),
            **{path: browser.get(path) for path in ("/export.jsonl", f"/export/{of}.json", f"/shares/new/{of}")},
        }
        assert page.do("stop")
        assert page.do("stop")
        tries["requests"] = browser.post("/context", json={"text": "How?"})
        for what, refused in tries.items():
            assert refused.status_code == 429, what
            assert 0 < int(refused.headers["retry-after"]) <= 3600
            assert re.search("Too many|That was too fast", refused.text)
        assert page.do("act", action=json.dumps({"do": "open", "conversation": of}))
        assert "That was too fast: at most 4 requests within 60 seconds" in page.shown["notice"]


def by_passers_by(running: WebApp, method: str, path: str, **sent: object) -> list[int]:
    """Of three who come with a cookie each that nobody was given, how each is answered."""
    statuses = []
    for number in range(3):
        browser = running.visitor()
        browser.cookies.set("assistant", str(number) * 43, domain="testserver.local")
        answer = browser.request(method, path, **sent)  # type: ignore[arg-type]  # by name
        statuses.append(answer.status_code)
        assert answer.status_code != 429 or 0 < int(answer.headers["retry-after"]) <= 24 * 3600
    return statuses


def test_new_cookies_keep_no_more_than_their_address_may(tmp_path: Path, provider: OidcProvider) -> None:
    bounds = {"imports_per_hour": 1, "turns_per_day": 1, "sign_ins_per_hour": 2, "people_per_address": 2}
    with web_app(tmp_path, **settings(provider, **bounds)) as running:
        _, link = running.shared("How?", "So.")
        assert by_passers_by(running, "POST", f"{link}/continue") == [303, 303, 429]
        assert [running.visitor().post(f"{link}/continue").status_code] == [429]
        assert by_passers_by(running, "PUT", "/draft", json={"text": "x" * 2000, "seen": ""}) == [200, 200, 429]
        assert by_passers_by(running, "POST", "/auth/ticket") == [200, 200, 429]
        prompt = json.dumps({"do": "save-prompt", "text": "Mine", "prompt": {"system": "Be brief."}})
        agreed = json.dumps({"do": "accept-licence", "text": "Apache-2.0"})
        pages = [PageRequests(running.visitor()) for _ in range(3)]
        for page, action in zip(pages, (prompt, agreed, prompt), strict=True):
            assert page.do("act", action=action)
        assert ["That was too often" in page.shown["notice"] for page in pages] == [False, False, True]


def test_a_draft_that_comes_too_often_is_refused(tmp_path: Path) -> None:
    with web_app(tmp_path, requests_per_minute=2) as running:
        running.client.get("/")
        tried = [running.client.put("/draft", json={"text": str(n), "seen": ""}) for n in range(3)]
        assert [answer.status_code for answer in tried] == [200, 409, 429]
        assert 0 < int(tried[-1].headers["retry-after"]) <= 60


def test_signing_out_writes_nothing_for_cookies_that_nothing_is_known_of(
    tmp_path: Path, provider: OidcProvider
) -> None:
    with web_app(tmp_path, **settings(provider)) as running:
        for path in ("/auth/sign-out", "/auth/sign-out-everywhere"):
            assert by_passers_by(running, "POST", path) == [303, 303, 303]
        with closing(driver().connect(tmp_path / "assistant.db")) as database:
            assert database.execute("SELECT count(*) FROM identities").fetchone() == (0,)


def test_wrong_pass_phrases_are_bounded_and_say_when_it_goes_again(tmp_path: Path) -> None:
    with web_app(tmp_path, misses_per_hour=2) as running:
        page, _ = running.shared("How?", "So.")
        of = json.loads(page.shown["position"])["conversation_id"]
        link = publish(running.client, of, passphrase="three blind mice")
        tried = [running.visitor().post(link, data={"passphrase": "three blind rats"}) for _ in range(3)]
        assert [answer.status_code for answer in tried] == [403, 403, 429]
        assert 0 < int(tried[-1].headers["retry-after"]) <= 1800
        short = running.client.post(f"/shares/new/{of}", data={"passphrase": "mice"})
        assert (short.status_code, "at least 8 characters" in short.text) == (422, True)


def test_whoever_follows_a_link_is_told_on_a_page_and_who_shares_keeps_their_choices(tmp_path: Path) -> None:
    with web_app(tmp_path, shares_per_hour=1) as running:
        page, _ = running.shared("How?", "So.")
        address = f"/shares/new/{json.loads(page.shown['position'])['conversation_id']}"
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', running.client.get(address).text))
        refused = running.client.post(address, data=form | {"do": "publish", "days": "7", "views": "3"})
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
        assert 'role="alert">Too many links: at most 1' in refused.text
        assert 'value="7" selected' in refused.text and 'value="3"' in refused.text
        for accepted, told in (("text/html,*/*", '<p role="alert">There is no such'), ("*/*", "There is no such")):
            unknown = running.client.get("/shares/none/update", headers={"Accept": accepted})
            assert unknown.status_code == 404
            assert told in unknown.text
            assert ("<h1>This did not work</h1>" in unknown.text) == ("html" in accepted)
