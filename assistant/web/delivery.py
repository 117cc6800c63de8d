"""How the page's own files travel: small, and only once.

Gradio compresses its scripts and sheets itself, but not the document; and of nothing does it say how long it may be
kept, so that a browser asks again for dozens of files whose names change with what is in them.
"""

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SMALL = ("/", "/page.js", "/page.css")
_HASHED_NAMES = "/assets/"
_VERSIONED = ("/page.js", "/page.css", "/theme.css", "/site/")
"""Where the address ends in `?v=` and a checksum."""
_FOR_EVER = "public, max-age=31536000, immutable"


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
