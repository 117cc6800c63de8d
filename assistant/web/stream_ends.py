"""Tells Gradio's page which of its streams of events has ended, with each event that joins.

The page opens a stream with an event and keeps it for further ones, until the server says `close_stream`. An event that
joins after the server has said so, but is answered before the page has heard it, would be expected on the stream that
is no more. So the page's script names its streams; told the name of the one that it still takes for open, it keeps the
answer from Gradio until the end has arrived (`connection.js`).
"""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.id_text import is_id
from assistant.newest import Newest

_STREAM, _JOIN = "/gradio_api/queue/data", "/gradio_api/queue/join"
# The beginning of a message: elsewhere in it, the same may be somebody's words.
_END = b'data: {"msg":"close_stream"'
_HEADER = "ended-stream"
_MOST_PAGES = 10_000


class StreamEnds:
    """Plain ASGI, since Starlette's BaseHTTPMiddleware would hold back streams. `OwnPages` says whose page asks."""

    def __init__(self, app: ASGIApp, most_pages: int = _MOST_PAGES) -> None:
        self._app = app
        self._ended: Newest[str, str] = Newest(most_pages)
        """Page → its stream that ended last."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path not in (_STREAM, _JOIN):
            await self._app(scope, receive, send)
            return
        page = scope["state"]["page"]
        stream = HTTPConnection(scope).query_params.get("stream", "")

        async def send_and_tell(message: Message) -> None:
            # Between Gradio's look whether an event has joined and this line, nothing else has its turn.
            if path == _STREAM and is_id(stream) and message.get("body", b"").startswith(_END):
                self._ended[page] = stream
            if path == _JOIN and message["type"] == "http.response.start" and page in self._ended:
                MutableHeaders(scope=message)[_HEADER] = self._ended[page]
            await send(message)

        await self._app(scope, receive, send_and_tell)
