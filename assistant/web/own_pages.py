"""Ties each open page to the browser that opened it.

All that Gradio asks for before it gives a page's answers away, or cancels them, is the page's name, which its script
draws from `Math.random`. Here it also takes the cookie that the page's first request came with.
"""

import json
from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.id_text import is_id
from assistant.newest import Newest
from assistant.web.visitors import Visitors

_EMPTY = "\0"
"""For an empty name, which Gradio would take for none, and look for its answers under another one."""
_NAMED_IN_BODY = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset")
_NAMED_IN_QUERY = "/gradio_api/queue/data"
_NAMED_IN_PATH = "/gradio_api/heartbeat/"
_MOST_PAGES = 10_000


class OwnPages:
    """Leaves the page's name in `state`; empty where there is none."""

    def __init__(self, app: ASGIApp, visitors: Visitors, most_pages: int = _MOST_PAGES) -> None:
        self._app = app
        self._visitors = visitors
        self._browsers: Newest[str, str] = Newest(most_pages)
        """Page → token of its browser; empty for one that keeps no cookie."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            page, receive = await _page_of(scope, receive)
            token = self._visitors.token(HTTPConnection(scope)) or ""
            if page and not await self._is_own(page, token):
                await PlainTextResponse("Not found", HTTPStatus.NOT_FOUND)(scope, receive, send)
                return
            scope.setdefault("state", {})["page"] = page
        await self._app(scope, receive, send)

    async def _is_own(self, page: str, token: str) -> bool:
        if not is_id(page):
            return False
        known = self._browsers.get(page, token)
        if known != token and not await self._visitors.is_revoked(known):
            return False
        # New; or its browser has signed in or out meanwhile, in another tab.
        self._browsers[page] = token
        return True


async def _page_of(scope: Scope, receive: Receive) -> tuple[str, Receive]:
    """Empty for a request that names none; and what to read the request from now on."""
    path = scope["path"].rstrip("/")
    if path == _NAMED_IN_QUERY:
        return HTTPConnection(scope).query_params.get("session_hash", ""), receive
    if path.startswith(_NAMED_IN_PATH):
        return path.removeprefix(_NAMED_IN_PATH), receive
    if path not in _NAMED_IN_BODY:
        return "", receive
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    unread = iter(messages)

    async def receive_again() -> Message:
        return next(unread, None) or await receive()

    return _named_in(b"".join(message.get("body", b"") for message in messages)), receive_again


def _named_in(body: bytes) -> str:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    page = sent.get("session_hash") if isinstance(sent, dict) else None
    return (page or _EMPTY) if isinstance(page, str) else ""
