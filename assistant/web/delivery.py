"""How the page's own files travel: small, and only once.

Gradio compresses its scripts and sheets itself, but not the document; it does so anew for each browser, a fifth of a
second for all that a first visit asks for; and of nothing does it say how long it may be kept, so that a browser asks
again for dozens of files whose names change with what is in them.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SMALL = ("/", "/page.js", "/page.css")
_HASHED_NAMES = "/assets/"
_VERSIONED = ("/page.js", "/page.css", "/theme.css", "/site/")
"""Where the address ends in `?v=` and a checksum."""
_FOR_EVER = "public, max-age=31536000, immutable"
_Way = tuple[str, bool, bool]
"""Path; whether a browser takes Brotli, and gzip."""
_MOST_BYTES = 32_000_000
"""Of what is kept compressed; all of Gradio's files together are about half of that."""


class Delivery:
    """To be outside of what changes the document. What a person wrote is not compressed together with the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._compressed if scope["path"] in _SMALL else self._app
        await app(scope, receive, _kept(send) if _never_changes(scope) else send)


def _never_changes(scope: Scope) -> bool:
    path: str = scope["path"]
    query: bytes = scope["query_string"]
    return path.startswith(_HASHED_NAMES) or (path.startswith(_VERSIONED) and query.startswith(b"v="))


def _kept(send: Send) -> Send:
    async def send_to_be_kept(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            MutableHeaders(scope=message)["Cache-Control"] = _FOR_EVER
        await send(message)

    return send_to_be_kept


class KeptFiles:
    """To be inside of all that knows who is asking. A file whose name changes with its content is read and compressed
    once for each way to compress it."""

    def __init__(self, app: ASGIApp, most_bytes: int = _MOST_BYTES) -> None:
        self._app = app
        self._room = most_bytes
        self._kept: dict[_Way, tuple[Sequence[tuple[bytes, bytes]], bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_HASHED_NAMES):
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        # What Gradio goes by, too.
        way = scope["path"], "br" in accepted, "gzip" in accepted
        if way not in self._kept:
            await self._app(scope, receive, self._keeping(way, send))
            return
        headers, body = self._kept[way]
        await send({"type": "http.response.start", "status": 200, "headers": [*headers]})
        await send({"type": "http.response.body", "body": body})

    def _keeping(self, way: _Way, send: Send) -> Send:
        start: Message = {}
        headers: Sequence[tuple[bytes, bytes]] = ()
        body = b""

        async def send_and_keep(message: Message) -> None:
            nonlocal start, headers, body
            if message["type"] == "http.response.start":
                # Now: what is outside of this adds to them.
                start, headers = message, (*message["headers"],)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                is_whole = start["status"] == 200 and not message.get("more_body")
                if is_whole and way not in self._kept and len(body) <= self._room:
                    self._kept[way] = headers, body
                    self._room -= len(body)
            await send(message)

        return send_and_keep
