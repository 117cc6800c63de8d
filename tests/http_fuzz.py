"""Requests of any shape to every route of the app: never an error of the server's, and never silence.

    python -m tests.http_fuzz [SECONDS]     the long form; the tests have a short one

Routes are taken from the app itself, so that a new one is among them.
"""

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from tests.web_app import WebApp, web_app

_METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE")
_STREAMS = ("/gradio_api/queue/data", "/gradio_api/heartbeat/")
"""Answers without end: asked for nothing but what is wrong with them."""
_IDS = st.one_of(
    st.sampled_from(["x", "x" * 43, "0", "-1", "..", "%2e%2e", "%00", "%ff", "null", "a" * 3000, "'--", "{}", "é"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?/%"), min_size=1, max_size=40),
)
_NAMES = ("Cookie", "Content-Type", "Origin", "Sec-Fetch-Site", "Accept-Language", "X-Forwarded-For", "Range",
          "X-Forwarded-Proto", "If-None-Match", "Accept-Encoding", "Content-Encoding", "Host", "Referer")  # fmt: skip
_VALUES = st.one_of(
    st.sampled_from([b"", b"null", b"*", b"same-origin", b"assistant=x", b"__Host-assistant=" + b"A" * 43, b"application/json",
                     b"multipart/form-data", b"gzip", b"bytes=9-1", b"http://[", b"language=..", b"\xff\xfe", b"a" * 5000]),
    st.binary(max_size=40).filter(lambda value: not {0, 10, 13} & set(value)),
)  # fmt: skip
_BODIES = st.one_of(
    st.sampled_from([b"", b"{}", b"[]", b"null", b"{", b'"', b"[" * 5000, b"1e999", b'{"fn_index": 1, "data": [], "session_hash": "x"}',
                     b'{"data": null, "fn_index": -1}', b'{"session_hash": {}, "event_id": []}', b"PK\x03\x04", b"\xff" * 99]),
    st.binary(max_size=200),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Routes:
    paths: tuple[str, ...]

    @classmethod
    def of(cls, running: WebApp) -> "Routes":
        return cls(tuple(sorted(set(_paths(running.client.app.routes)))))  # type: ignore[attr-defined]  # a FastAPI app


def requests(routes: Routes) -> st.SearchStrategy[tuple[str, str, list[tuple[bytes, bytes]], bytes, str]]:
    headers = st.lists(st.tuples(st.sampled_from(_NAMES).map(str.encode), _VALUES), max_size=4)
    query = st.one_of(st.just(""), st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
    return st.tuples(
        st.sampled_from(_METHODS), st.sampled_from(routes.paths).flatmap(_filled), headers, _BODIES, query.map(_quoted)
    )


def try_all(running: WebApp, *, examples: int) -> int:
    """Raises AssertionError for the smallest request that fails; else the number of requests."""
    tried = 0
    client = running.visitor()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(request=requests(Routes.of(running)))
    def check(request: tuple[str, str, list[tuple[bytes, bytes]], bytes, str]) -> None:
        nonlocal tried
        tried += 1
        _try(client, *request)

    check()
    return tried


def _try(
    client: TestClient, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes, query: str
) -> None:
    if path.startswith(_STREAMS) and method == "GET":
        method = "POST"
    answer = client.request(method, path + query, headers=headers, content=body)
    assert answer.status_code < 500 or path == "/readyz", (method, path, answer.status_code)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Traceback" not in answer.text


def _filled(path: str) -> st.SearchStrategy[str]:
    parts = [_IDS if part.startswith("{") else st.just(part) for part in path.split("/")]
    return st.tuples(*parts).map("/".join)


def _quoted(query: str) -> str:
    return "?" + query.replace("#", "") if query else ""


def _paths(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None) or getattr(route, "app", None)
        path = getattr(route, "path", "")
        if path and "{" in path and "/" not in path.partition("{")[2]:
            yield path.replace(path[path.index("{") :], "{id}")
        elif path:
            yield path
        if below := getattr(inner, "routes", None):
            yield from _paths(below)


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    with tempfile.TemporaryDirectory() as folder, web_app(Path(folder)) as app_under_test:
        count, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            count += try_all(app_under_test, examples=1000)
    print(f"{count} requests, none of which the app answered with an error of its own")
