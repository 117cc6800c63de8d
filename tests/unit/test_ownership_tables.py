"""The tables of `tests/ownership.py` name every way to something that is somebody's."""

from collections.abc import Iterable, Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount

from tests.ownership import (
    EVENTS,
    LAST_VERB,
    NAMELESS_EVENTS,
    OF_A_CONVERSATION,
    OF_A_SHARE,
    OF_THE_SENDER,
    OWN_VERBS,
    PUBLIC,
    VERBS,
)
from tests.web_app import gradio_in, web_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    # With all that there can be; the provider is asked nothing yet.
    settings = {"oidc_provider_url": "http://127.0.0.1:9", "oidc_client_id": "app", "metrics_token": "t"}
    with web_app(tmp_path_factory.mktemp("data"), **settings) as running:
        assert isinstance(running.client.app, FastAPI)
        yield running.client.app


def test_every_route_is_in_a_table(app: FastAPI) -> None:
    assert set(ways(app.routes)) == {*PUBLIC, *OF_THE_SENDER, *OF_A_CONVERSATION, *OF_A_SHARE}


def ways(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if router := getattr(route, "original_router", None):
            yield from ways(router.routes)
        elif not isinstance(route, Mount):
            yield from ((method, route.path) for method in route.methods if method != "HEAD")  # type: ignore[attr-defined]


def test_every_event_and_every_verb_is_in_a_table(app: FastAPI) -> None:
    functions = [function.fn for function in gradio_in(app).get_blocks().fns.values()]
    assert {function.__name__ for function in functions} == {*EVENTS, *NAMELESS_EVENTS, "act"}
    handlers = next(function.__self__ for function in functions if function.__name__ == "act")
    assert {*handlers._events.verbs} == {*VERBS, *OWN_VERBS, LAST_VERB}
