"""Answers each request in the language and by the clock of its browser, and says which language that is."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.languages import COOKIE, choose_language, speaking
from assistant.time_zones import choose_zone, live_in

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
        # A shared page works without scripts and cookies: its switch is a link.
        asked = {COOKIE: request.query_params["language"]} if "language" in request.query_params else {}
        language = choose_language(request.cookies | asked, request.headers.get("accept-language", ""))

        async def send_with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(_READ_BY_PEOPLE):
                    headers["Content-Language"] = language
                    headers.add_vary_header("Accept-Language, Cookie")
            await send(message)

        live_in(choose_zone(request.cookies))
        with speaking(language):
            await self._app(scope, receive, send_with_language)
