"""Keeps Gradio's page from waiting for ever for an event that it began just as its stream of events ended.

The page opens a stream with an event and keeps it for further ones, until the server says `close_stream`. An event that
joins after the server has said so, but is answered before the page has heard it, is expected on the stream that is no
more: nothing would open another one. Such an answer waits here until the page must have heard.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STREAM, _JOIN = "/gradio_api/queue/data", "/gradio_api/queue/join"
_END = b'"close_stream"'
_HEARD_AFTER_SECONDS = 0.15
"""Between two connections of one browser: how much later than an answer on the other one a stream's end may come."""


class StreamEnds:
    """Plain ASGI, since Starlette's BaseHTTPMiddleware would hold back streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ended: dict[str, float] = {}
        """By the browser's cookies, since a page's name is known only from the body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path not in (_STREAM, _JOIN):
            await self._app(scope, receive, send)
            return
        browser = Headers(scope=scope).get("cookie", "")

        async def send_in_order(message: Message) -> None:
            if path == _STREAM and _END in message.get("body", b""):
                self._remember(browser)
            if path == _JOIN and message["type"] == "http.response.start":
                await asyncio.sleep(self._seconds_until_heard(browser))
            await send(message)

        await self._app(scope, receive, send_in_order)

    def _remember(self, browser: str) -> None:
        now = asyncio.get_running_loop().time()
        self._ended = {known: at for known, at in self._ended.items() if now - at < _HEARD_AFTER_SECONDS}
        self._ended[browser] = now

    def _seconds_until_heard(self, browser: str) -> float:
        ended = self._ended.get(browser, float("-inf"))
        return max(0.0, ended + _HEARD_AFTER_SECONDS - asyncio.get_running_loop().time())
