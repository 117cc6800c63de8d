"""One rule: what is not yours is not there. Every way to anything is walked by everybody who might try.

The owner gets through, or the walk would prove nothing. Another person, a visitor without a cookie, one whose cookie
was revoked, ids that nobody has, and ids from within another's conversation do not: they see and change nothing.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.fakes.oidc_provider import OidcProvider
from tests.ownership import (
    EVENTS,
    LAST_VERB,
    MARK,
    OF_A_CONVERSATION,
    OF_A_SHARE,
    OF_THE_SENDER,
    OWN_VERBS,
    VERBS,
    Things,
    place_in,
    unknown_things,
)
from tests.page_requests import PageRequests
from tests.person import Person
from tests.signing_in import settings
from tests.web_app import WebApp, web_app

NOT_THERE = "There is no such"


@pytest.fixture(scope="module")
def running(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data"), **settings(provider)) as running:
        yield running


@pytest.fixture(scope="module")
def owner(running: WebApp) -> Person:
    return Person(running, MARK)


@pytest.fixture(scope="module")
def other(running: WebApp) -> Person:
    return Person(running, "otter")


@pytest.fixture
def nobody(running: WebApp) -> TestClient:
    return running.visitor()


@pytest.fixture
def revoked(running: WebApp) -> TestClient:
    browser = running.visitor()
    browser.get("/")
    # Nothing is known of who keeps nothing.
    browser.put("/draft", json={"text": "Half a th", "seen": ""}).raise_for_status()
    token = browser.cookies["assistant"]
    browser.post("/auth/sign-out")
    carries(browser, {"assistant": token})
    return browser


def carries(browser: TestClient, cookies: dict[str, str]) -> None:
    """These and no others."""
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies.set(name, value, domain="testserver.local")


# Routes


def asked(browser: httpx2.Client, method: str, path: str, things: Things) -> httpx2.Response:
    where = path.replace("{conversation_id}", things.conversation)
    return browser.request(method, where, **OF_A_CONVERSATION[method, path](things))


@pytest.mark.parametrize(("method", "path"), sorted(OF_A_CONVERSATION))
def test_a_route_to_a_conversation_is_its_owners_alone(
    owner: Person, other: Person, nobody: TestClient, revoked: TestClient, method: str, path: str
) -> None:
    assert asked(owner.browser, method, path, owner.things).is_success
    tries = {
        "another person": asked(other.browser, method, path, owner.things),
        "an unknown id": asked(owner.browser, method, path, unknown_things()),
        "nobody": asked(nobody, method, path, owner.things),
        "a revoked cookie": asked(revoked, method, path, owner.things),
    }
    assert {who: answer.status_code for who, answer in tries.items()} == dict.fromkeys(tries, 404)
    # Not even by its words can anybody tell one from the other.
    assert len({answer.text for answer in tries.values()}) == 1
    assert owner.everything() == owner.untouched


@pytest.mark.parametrize(("method", "path"), OF_A_SHARE)
def test_a_route_to_a_share_is_its_owners_alone(
    running: WebApp, owner: Person, other: Person, nobody: TestClient, revoked: TestClient, method: str, path: str
) -> None:
    def tried(browser: TestClient, things: Things) -> httpx2.Response:
        return browser.request(method, path.format(share_id=things.share, number=1), data=OF_A_SHARE[method, path])

    tries = [(other.browser, owner.things), (owner.browser, unknown_things())]
    tries += [(nobody, owner.things), (revoked, owner.things)]
    answers = [tried(*each) for each in tries]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.text for answer in answers}) == 1
    assert owner.everything() == owner.untouched
    seal = Person(running, "seal")
    assert tried(seal.browser, seal.things).status_code in (200, 303)


@pytest.mark.parametrize(("method", "path"), sorted(OF_THE_SENDER))
def test_a_route_to_all_conversations_gives_and_takes_only_the_senders(
    running: WebApp, owner: Person, nobody: TestClient, revoked: TestClient, method: str, path: str
) -> None:
    other = running.visitor()
    other.get("/")
    file = owner.browser.get(f"/export/{owner.things.conversation}.json").content if method == "POST" else None
    for browser in (nobody, revoked):
        assert browser.request(method, path, content=file).status_code == 401
    if method == "GET":
        assert MARK not in other.get("/export.jsonl").text
        assert other.get(path).is_success
    else:
        # Somebody may have the file: it becomes a conversation of their own, or is refused, and stays as it is here.
        other.post(path, content=file)
    assert owner.everything() == owner.untouched


# Events


def refused(page: PageRequests, event: str, **values: object) -> None:
    page.shown["notice"] = ""
    assert page.do(event, **values)
    assert NOT_THERE in str(page.shown["notice"])
    assert MARK not in str(page.shown)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_in_anothers_conversation_is_refused(owner: Person, other: Person, event: str) -> None:
    for things in (owner.things, unknown_things()):
        values = {name: value.replace("<conversation>", things.conversation) for name, value in EVENTS[event].items()}
        refused(other.page, event, position=place_in(things), **values)
    assert owner.everything() == owner.untouched


@pytest.mark.parametrize("field", ["leaf_id", "first_id", "editing_id"])
def test_a_place_in_ones_own_conversation_with_anothers_message_shows_and_changes_nothing_of_theirs(
    running: WebApp, owner: Person, field: str
) -> None:
    person = Person(running, "seal")
    anothers = owner.things.answer if field == "leaf_id" else owner.things.question
    place = json.dumps({**json.loads(person.place), field: anothers})
    measured = person.browser.post("/context", json={"position": place, "text": "How long?"})
    assert measured.status_code in (200, 204, 404)
    assert MARK not in measured.text
    acts = [
        {"action": json.dumps({"do": verb, **things.fill(fields)}).replace(MARK, "seal")}
        for verb, fields in {**OWN_VERBS, **VERBS}.items()
        for things in (person.things, owner.things)
    ]
    events = [
        (event, {n: v.replace("<conversation>", "x") for n, v in values.items()}) for event, values in EVENTS.items()
    ]
    for event, values in [*events, *(("act", act) for act in acts)]:
        assert person.page.do(event, position=place, **values)
        assert MARK not in str(person.page.shown)
    assert owner.everything() == owner.untouched


def test_an_address_with_anothers_conversation_opens_nothing(owner: Person, other: Person) -> None:
    for unknown in (owner.things.conversation, "0" * 32):
        shown = PageRequests(other.browser, opened=unknown).shown
        assert NOT_THERE in shown["notice"]
        assert MARK not in str(shown)


def test_nothing_of_anothers_is_found(owner: Person, other: Person) -> None:
    for person, finds in ((owner, True), (other, False)):
        assert person.page.do("find", query=json.dumps({"text": MARK}))
        assert (f"<mark>{MARK}</mark>" in person.page.shown["found"]) is finds
    assert "Nothing found." in other.page.shown["found"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_on_anothers_things_is_refused(owner: Person, other: Person, verb: str) -> None:
    for things in (owner.things, unknown_things()):
        act = json.dumps({"do": verb, **things.fill(VERBS[verb])})
        # From a page that claims to be in the other's conversation, and from one in its own, with the other's ids.
        refused(other.page, "act", action=act, position=place_in(things))
        refused(other.page, "act", action=act, position=other.place)
    assert owner.everything() == owner.untouched


@pytest.mark.parametrize("verb", [*OWN_VERBS, LAST_VERB])
def test_a_verb_that_names_nothing_shows_and_changes_nothing_of_anothers(
    running: WebApp, owner: Person, verb: str
) -> None:
    page = PageRequests(running.visitor())
    page.do("act", action=json.dumps({"do": verb, **OWN_VERBS.get(verb, {})}), position=place_in(owner.things))
    assert MARK not in str(page.shown)
    assert owner.everything() == owner.untouched


@pytest.mark.parametrize("event", [*EVENTS, "act", "find", "new_chat", "load", "draw_attached"])
def test_without_a_cookie_or_with_a_revoked_one_no_event_does_anything(
    running: WebApp, owner: Person, nobody: TestClient, revoked: TestClient, event: str
) -> None:
    values: dict[str, Any] = {
        "position": place_in(owner.things),
        "action": json.dumps({"do": "open", "conversation": owner.things.conversation}),
        "query": json.dumps({"text": MARK}),
        **EVENTS.get(event, {}),
    }
    for browser, sentence in ((nobody, "did not keep our cookie"), (revoked, "You were signed out.")):
        cookies = dict(browser.cookies)
        page = PageRequests(browser)
        # The page's visit gave a cookie that counts.
        carries(browser, cookies)
        assert page.do(event, **values)
        assert sentence in str(page.shown["notice"])
        assert MARK not in str(page.shown)
    assert owner.everything() == owner.untouched


def test_the_owner_gets_through_everywhere(running: WebApp) -> None:
    person = Person(running, "seal")
    for verb, fields in {**OWN_VERBS, **VERBS, LAST_VERB: {}}.items():
        person.page.shown["notice"] = ""
        act = json.dumps({"do": verb, **person.things.fill(fields)})
        assert person.page.do("act", action=act, position=place_in(person.things, verb))
        assert NOT_THERE not in str(person.page.shown["notice"]), verb
    person = Person(running, "seal")
    for event, given in EVENTS.items():
        values = {name: value.replace("<conversation>", person.things.conversation) for name, value in given.items()}
        assert person.page.do(event, position=place_in(person.things, event), **values)
        assert NOT_THERE not in str(person.page.shown["notice"]), event


# Streams


def test_nobody_reads_or_ends_the_answers_of_a_page_that_is_anothers(
    running: WebApp, owner: Person, other: Person, nobody: TestClient, revoked: TestClient
) -> None:
    owner.page.join("find", query=json.dumps({"text": MARK})).raise_for_status()
    page = {"session_hash": owner.page._session}
    for browser in (other.browser, nobody, revoked):
        tries = [
            browser.get("/gradio_api/queue/data", params=page),
            browser.get(f"/gradio_api/heartbeat/{owner.page._session}"),
            browser.post("/gradio_api/cancel", json={**page, "fn_index": 0, "event_id": "x"}),
            browser.post("/gradio_api/queue/join", json={**page, "fn_index": 0, "data": []}),
        ]
        assert [answer.status_code for answer in tries] == [404] * 4
        assert not [answer for answer in tries if MARK in answer.text]
    assert any(MARK in json.dumps(message) for message in owner.page.follow())


def test_a_page_whose_name_is_longer_than_any_that_the_script_draws_is_nobodys(nobody: TestClient) -> None:
    longest, longer = "x" * 64, "x" * 65
    names = {name: {"session_hash": name, "event_id": "x", "fn_index": 0, "data": []} for name in (longest, longer)}
    for path in ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset"):
        assert nobody.post(path, json=names[longest]).status_code != 404
        assert nobody.post(path, json=names[longer]).status_code == 404
    assert nobody.get("/gradio_api/queue/data", params={"session_hash": longer}).status_code == 404
    assert nobody.get(f"/gradio_api/heartbeat/{longer}").status_code == 404
