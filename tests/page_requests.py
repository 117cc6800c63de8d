"""What the page's script sends, without a browser: events in Gradio's queue protocol."""

import itertools
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
from gradio_client.utils import apply_diff

Message = dict[str, Any]


class PageRequests:
    """One open page of one person, whose cookie is in `client`."""

    def __init__(self, client: httpx2.Client, opened: str = "") -> None:
        """`opened`: the conversation that the page's address names."""
        self._asked = {"c": opened} if opened else {}
        client.get("/", params=self._asked).raise_for_status()
        config = client.get("/config").raise_for_status().json()
        self.shown: dict[str, Any] = {}
        """elem_id, or the label where there is none → value."""
        self._client = client
        # Not id(self), which the next page may have as soon as this one is gone.
        self._page = uuid4().hex
        self._names = {}
        for component in config["components"]:
            props = component["props"]
            self._names[component["id"]] = name = props.get("elem_id") or props.get("label") or str(component["id"])
            self.shown[name] = props.get("value")
        self.events = {event["api_name"]: event for event in config["dependencies"]}
        self._sessions = itertools.count(1)
        self.do("load")

    def join(self, event: str, **values: object) -> httpx2.Response:
        """Queue an event by its handler's name, with `values` put into the page before."""
        wired, given = self.events[event], {**self.shown, **values}
        self._session = f"session-{self._page}-{next(self._sessions)}"
        body = {
            "data": [given[self._names[component]] for component in wired["inputs"]],
            "fn_index": wired["id"],
            "session_hash": self._session,
        }
        # In ASCII, which has a way to write what no encoding does: half a character.
        sent, kind = json.dumps(body), {"Content-Type": "application/json"}
        return self._client.post("/gradio_api/queue/join", content=sent, headers=kind, params=self._asked)

    def follow(self) -> Iterator[Message]:
        """The messages of the event that was joined last, as they come."""
        asked = {"session_hash": self._session}
        with self._client.stream("GET", "/gradio_api/queue/data", params=asked, timeout=120) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def do(self, event: str, **values: object) -> bool:
        """The whole event; `shown` is what the page shows after it. False where the server refused it."""
        if self.join(event, **values).is_error:
            return False
        steps: list[Any] = []
        for message in self.follow():
            if message["msg"] == "process_generating" and message["success"]:
                # The first step is whole; each one after it, what is otherwise in it.
                given = message["output"]["data"]
                steps = list(map(apply_diff, steps, given)) if steps else given
                self._show(event, steps)
            if message["msg"] == "process_completed":
                completed = message
        if completed["success"]:
            self._show(event, completed["output"]["data"])
        return bool(completed["success"])

    def _show(self, event: str, values: list[Any]) -> None:
        for component, value in zip(self.events[event]["outputs"], values, strict=True):
            is_update = isinstance(value, dict) and value.get("__type__") == "update"
            if not is_update:
                self.shown[self._names[component]] = value
            elif "value" in value:
                self.shown[self._names[component]] = value["value"]
