"""Requests of any shape to every route of the app, and events of any shape to its page: never an error of the server's.

    python -m tests.http_fuzz [SECONDS]     the long form; the tests have a short one

Routes are taken from the app itself, so that a new one is among them. Whoever asks has things of their own, so that what
they ask for is there.
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from assistant.web.security import is_open
from tests import signing_in
from tests.fakes.in_thread import served
from tests.fakes.oidc_provider import OidcProvider
from tests.ownership import MARK, Things
from tests.person import Person
from tests.shaped_requests import Json, page_events, shaped_bodies
from tests.web_app import WebApp, web_app

_METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE")
_STREAMS = ("/gradio_api/queue/data", "/gradio_api/heartbeat/")
"""Answers without end: asked for nothing but what is wrong with them."""
_GIVING_UP = ("/auth/sign-out", "/auth/sign-out-everywhere", "/shares/{share_id}/revoke", "/s/end/{deletion_token}")
"""Asked for by somebody who has nothing to lose."""
_IDS = st.one_of(
    st.sampled_from(["x", "x" * 43, "0", "-1", "..", "%2e%2e", "%00", "%ff", "null", "a" * 3000, "'--", "{}", "é", "9" * 41,
                     str(2**31), str(2**63), "%ed%a0%80", "x%00"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?/%"), min_size=1, max_size=40),
)  # fmt: skip
_NAMES = ("Cookie", "Content-Type", "Origin", "Sec-Fetch-Site", "Accept-Language", "X-Forwarded-For", "Range",
          "X-Forwarded-Proto", "If-None-Match", "Accept-Encoding", "Content-Encoding", "Host", "Referer",
          "Authorization")  # fmt: skip
_VALUES = st.one_of(
    st.sampled_from([b"", b"null", b"*", b"same-origin", b"assistant=x", b"__Host-assistant=" + b"A" * 43, b"application/json",
                     b"multipart/form-data", b"gzip", b"bytes=9-1", b"http://[", b"language=..", b"\xff\xfe", b"a" * 5000,
                     b"Bearer x", b"Bearer \xff"]),
    st.binary(max_size=40).filter(lambda value: not {0, 10, 13} & set(value)),
)  # fmt: skip
_BODIES = st.one_of(
    st.sampled_from([b"", b"{}", b"[]", b"null", b"{", b'"', b"[" * 5000, b"1e999", b'{"fn_index": 1, "data": [], "session_hash": "x"}',
                     b'{"data": null, "fn_index": -1}', b'{"session_hash": {}, "event_id": []}', b"PK\x03\x04", b"\xff" * 99]),
    st.binary(max_size=200),
)  # fmt: skip
_PARAMETER = re.compile(r"\{(\w+)[^}]*\}")
_TOKEN = "a-token-of-the-operators"  # of this walk


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    by_owner: bool = True


@dataclass(frozen=True, slots=True)
class Routes:
    served: tuple[tuple[str, str], ...]
    """Method and path."""

    @classmethod
    def of(cls, running: WebApp) -> "Routes":
        return cls(tuple(sorted(set(_routes(running.client.app.routes)))))  # type: ignore[attr-defined]  # a FastAPI app


@contextmanager
def walked_app(folder: Path, provider: OidcProvider, **others: object) -> Iterator[WebApp]:
    """With every route that there is, and no limits, which would answer before the routes do."""
    lifted = dict.fromkeys(
        ("turns_per_minute", "turns_per_day", "tokens_per_day", "answers_at_once", "shares_per_hour", "imports_per_hour",
         "exports_per_hour", "requests_per_minute", "misses_per_hour", "sign_ins_per_hour"), 0
    )  # fmt: skip
    with web_app(folder, metrics_token=_TOKEN, **lifted, **signing_in.settings(provider), **others) as running:
        yield running


def try_requests(running: WebApp, owner: Person, *, examples: int) -> int:
    """Raises AssertionError for the smallest request that fails; else the number of requests."""
    tried = 0
    nobody = running.visitor()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(request=_requests(Routes.of(running), owner.things))
    def check(request: Request) -> None:
        nonlocal tried
        tried += 1
        try_request(owner.browser if request.by_owner else nobody, request)

    check()
    return tried


def try_events(running: WebApp, owner: Person, *, examples: int) -> int:
    """As `try_requests`, for what the page sends."""
    tried = 0

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(event=page_events(owner.things))
    def check(event: tuple[str, dict[str, Json]]) -> None:
        nonlocal tried
        tried += 1
        name, values = event
        owner.page.shown["notice"] = ""
        running.model.will_say(" Yes.")
        assert owner.page.do(name, **values), event
        assert "went wrong" not in str(owner.page.shown["notice"]), event

    check()
    return tried


def try_request(client: TestClient, request: Request) -> None:
    answer = client.request(
        request.method, request.path + request.query, headers=list(request.headers), content=request.body
    )
    assert answer.status_code < 500 or request.path == "/readyz", (request, answer.status_code)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Traceback" not in answer.text


def _requests(routes: Routes, things: Things) -> st.SearchStrategy[Request]:
    ours = [route for route in routes.served if is_open(_PARAMETER.sub("x", route[1]))]
    return st.one_of(
        _shaped(things),
        _shaped(things),
        _unshaped(ours, things),
        _unshaped(ours, things),
        _unshaped(routes.served, things),
    )


def _shaped(things: Things) -> st.SearchStrategy[Request]:
    bodies = shaped_bodies(things)

    def asked(route: tuple[str, str]) -> st.SearchStrategy[Request]:
        method, path = route
        return st.builds(
            lambda path, body, by_owner, query: Request(
                method, path, query, ((b"Content-Type", body[0].encode()),), body[1], by_owner
            ),
            _filled(path, things), bodies[route], st.booleans() if path in _GIVING_UP else st.just(value=True), _queries(things),
        )  # fmt: skip

    return st.sampled_from(sorted(bodies)).flatmap(asked)


def _unshaped(routes: Iterable[tuple[str, str]], things: Things) -> st.SearchStrategy[Request]:
    headers = st.lists(st.tuples(st.sampled_from(_NAMES).map(str.encode), _VALUES), max_size=4).map(tuple)

    def asked(route: tuple[str, str]) -> st.SearchStrategy[Request]:
        method, path = route
        methods = st.sampled_from([method] * len(_METHODS) + [*_METHODS])
        is_stream = path.startswith(_STREAMS)
        return st.builds(
            Request, methods.map(lambda method: "POST" if is_stream and method == "GET" else method), _filled(path, things),
            _queries(things), headers, _BODIES, st.just(value=False) if path in _GIVING_UP else st.booleans(),
        )  # fmt: skip

    return st.sampled_from(sorted(routes)).flatmap(asked)


def _filled(path: str, things: Things) -> st.SearchStrategy[str]:
    real = {
        "conversation_id": things.conversation,
        "share_id": things.share,
        "token": things.link.removeprefix("/s/"),
        "number": "1",
    }
    parts = [
        st.just(part) if at % 2 == 0 else st.one_of(st.just(real.get(part, "x")), _IDS)
        for at, part in enumerate(_PARAMETER.split(path))
    ]
    return st.tuples(*parts).map("".join)


def _queries(things: Things) -> st.SearchStrategy[str]:
    known = st.sampled_from([f"c={things.conversation}", "c=x%00", "c=%ed%a0%80", f"c={'9' * 99}", "redacted", "language=zh-CN", "language=%00",
                             "sign-in=x%00", "code=x&state=%00", "state=x&error=y", "ticket=%00", "grant=%00", "version=9"])  # fmt: skip
    anything = st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), min_size=1, max_size=30
    )
    return st.one_of(st.just(""), known.map("?".__add__), anything.map("?".__add__))


def _routes(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None) or getattr(route, "app", None)
        if path := getattr(route, "path", ""):
            yield from ((method, path) for method in getattr(route, "methods", None) or ("GET",))
        if below := getattr(inner, "routes", None):
            yield from _routes(below)


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    oidc = OidcProvider()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(lambda: oidc),
        walked_app(Path(folder), oidc) as app_under_test,
    ):
        count, until = 0, time.monotonic() + seconds
        person = Person(app_under_test, MARK)
        while time.monotonic() < until:
            count += try_requests(app_under_test, person, examples=1000) + try_events(
                app_under_test, person, examples=100
            )
    print(f"{count} requests, none of which the app answered with an error of its own")
