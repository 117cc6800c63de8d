"""What a page of ours would send, with values in it that none of ours sends: for each route that reads a body, and for
the page's own events."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.ownership import EVENTS, LAST_VERB, OWN_VERBS, VERBS, Things, place_in

Json = Any
Body = tuple[str, bytes]
"""Its type, and itself."""

ODD = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "[" * 1000, '{"a":' * 1000, "9" * 41, "-1", "1e999", "NaN",
    "null", "\u202e", "a" * 3000, "0" * 32, "__proto__", "../..", "%00", "{}", "é" * 99, "\U0010ffff",
)  # fmt: skip
_ANY_TEXT = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=()), max_size=20))
_ANY_JSON: st.SearchStrategy[Json] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([2**31, 2**63, -(10**41)]), st.floats(), _ANY_TEXT,
    st.lists(_ANY_TEXT, max_size=2), st.dictionaries(_ANY_TEXT, st.none(), max_size=2),
)  # fmt: skip
# Which would leave the walk with nothing to walk on.
_VERBS = {**OWN_VERBS, **VERBS}.keys() - {LAST_VERB, "delete", "delete-branch"}


def shaped_bodies(things: Things) -> dict[tuple[str, str], st.SearchStrategy[Body]]:
    """By method and path, as `tests.http_fuzz` names it."""
    prompt = '{"template": "chat"}'
    share = {
        "do": "publish", "include": "branches", "days": "7", "views": "3", "passphrase": "words", "seen": "x",
        "request": "0" * 32, "keep": "0" * 32,
    }  # fmt: skip
    return {
        ("POST", "/context"): _as_json(
            {"position": place_in(things), "text": "May I?", "file_tokens": 1, "answer_room": 9, "prompt": prompt}
        ),
        ("PUT", "/draft"): _as_json({"text": "May I?", "seen": ""}),
        ("POST", "/shares/new/{conversation_id}"): _as_form(share),
        ("POST", "/shares/{share_id}/update"): _as_form(share),
        ("POST", "/shares/{share_id}/expiry"): _as_form({"days": "7"}),
        ("POST", "/s/{token}"): _as_form({"passphrase": "words"}),
        ("POST", "/s/{token}/continue"): _as_form({"version": "1", "grant": ""}),
        ("POST", "/gradio_api/queue/join"): _as_json({"fn_index": 1, "data": [], "session_hash": "x"}),
        ("POST", "/gradio_api/cancel"): _as_json({"fn_index": 1, "session_hash": "x", "event_id": "x"}),
        ("POST", "/gradio_api/reset"): _as_json({"event_id": "x"}),
    }  # fmt: skip


def page_events(things: Things) -> st.SearchStrategy[tuple[str, dict[str, Json]]]:
    """The name of an event, and what is sent with it: what the app reads itself, not controls that Gradio checks."""
    position = json.loads(place_in(things)) | {"first_id": things.question, "editing_id": None}
    own = {"template": "own", "conversation": things.conversation, "own": {"system": "Be brief.", "dialogues": []}}
    fields = {
        "position": _in_json(position),
        "prompt": _in_json(own),
        "query": _in_json({"text": "walrus", "kept": "all", "time": "days", "since": "2026-01-01", "length": 20}),
        "attachments": _in_json([{"name": "a.py", "text": "x"}]),
        "message": _ANY_JSON,
        "Seed": _ANY_JSON,
    }
    actions = st.sampled_from(sorted(_VERBS)).flatmap(lambda verb: _in_json(_action(verb, things)))
    events = st.sampled_from([*EVENTS, "act", "act", "act", "find", "draw_attached", "new_chat"])
    return events.flatmap(lambda event: st.tuples(st.just(event), _some(fields, {"action": actions})))


def _action(verb: str, things: Things) -> dict[str, Json]:
    return {"do": verb, **things.fill({**OWN_VERBS, **VERBS}[verb])}


def _some(
    fields: dict[str, st.SearchStrategy[Json]], always: dict[str, st.SearchStrategy[Json]]
) -> st.SearchStrategy[dict[str, Json]]:
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({**{name: fields[name] for name in names}, **always}))


def _in_json(sample: Json) -> st.SearchStrategy[str]:
    return st.one_of(_changed(sample).map(json.dumps), _ANY_TEXT)


def _as_json(sample: dict[str, Json]) -> st.SearchStrategy[Body]:
    return _changed(sample).map(lambda value: ("application/json", json.dumps(value).encode()))


def _as_form(sample: dict[str, Json]) -> st.SearchStrategy[Body]:
    def encoded(fields: Json) -> Body:
        return "application/x-www-form-urlencoded", urlencode(fields, errors="surrogatepass").encode()

    return _changed(sample, _ANY_TEXT).map(encoded)


def _changed(sample: Json, values: st.SearchStrategy[Json] = _ANY_JSON) -> st.SearchStrategy[Json]:
    """With one part of it replaced, or taken away; now and then as it is."""
    ways: list[st.SearchStrategy[Json]] = [st.just(sample)]
    if isinstance(sample, dict):
        ways += [_replaced(sample, name, values) for name in sample]
        ways += [st.just({name: value for name, value in sample.items() if name != left}) for left in sample]
    elif isinstance(sample, list):
        ways += [_changed(each, values).map(lambda value: [value]) for each in sample]
    elif values is _ANY_JSON:
        ways += [values]
    return st.one_of(ways)


def _replaced(sample: dict[str, Json], name: str, values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    put: Callable[[Json], dict[str, Json]] = lambda value: {**sample, name: value}  # noqa: E731
    within = [_changed(sample[name], values)] if isinstance(sample[name], dict | list) else []
    # A position within a body is a text that is read once more.
    nested = (
        [_in_json(json.loads(sample[name]))] if name in ("position", "prompt") and isinstance(sample[name], str) else []
    )
    return st.one_of(values, *within, *nested).map(put)
