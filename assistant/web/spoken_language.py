"""Answers each request in the language of its browser, and says which one that is."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.languages import choose_language, speaking

_READ_BY_PEOPLE = ("text/html", "text/plain", "text/markdown")


class SpokenLanguage:
    """Plain ASGI, since Starlette's BaseHTTPMiddleware would hold back streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        language = choose_language(request.cookies, request.headers.get("accept-language", ""))

        async def send_with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(_READ_BY_PEOPLE):
                    headers["Content-Language"] = language
                    headers.add_vary_header("Accept-Language, Cookie")
            await send(message)

        with speaking(language):
            await self._app(scope, receive, send_with_language)
