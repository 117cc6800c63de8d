"""Who sends a request: from its cookie to the identity that the token in it belongs to. Shared pages set no cookie."""

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import NoIdentityError, SignedOutError, StorageError
from assistant.identities import Identities, new_token
from assistant.identity import Identity
from assistant.web.visitor_cookie import VisitorCookie


class Visitors:
    def __init__(self, identities: Identities, cookie: VisitorCookie) -> None:
        self._identities = identities
        self.cookie = cookie

    async def identify(self, cookies: Mapping[str, str], scheme: str) -> Identity:
        """Raises NoIdentityError, SignedOutError, StorageError."""
        token = self.cookie.token(cookies, scheme)
        if token is None:
            raise NoIdentityError
        return await self._identities.identify(token)

    async def sender(self, request: HTTPConnection) -> Identity:
        """Raises what `identify` does."""
        return await self.identify(request.cookies, request.url.scheme)

    def token(self, request: HTTPConnection) -> str | None:
        return self.cookie.token(request.cookies, request.url.scheme)

    def set_cookie(self, request: HTTPConnection, token: str) -> dict[str, str]:
        """The headers of a response that gives this browser another token."""
        header = self.cookie.header(token, request.url.scheme, request.headers.get("sec-fetch-dest"))
        # A cache that kept it would make everybody the same visitor.
        return {"Set-Cookie": header, "Cache-Control": "private, no-store"}

    async def welcome(self, request: HTTPConnection) -> tuple[Identity, dict[str, str]]:
        """The sender, and headers for the response; a browser without a token that counts becomes a new visitor."""
        token = self.token(request)
        if token is not None:
            with suppress(SignedOutError):
                return await self._identities.identify(token), {}
        token = new_token()
        return await self._identities.identify(token), self.set_cookie(request, token)

    async def cookie_due(self, request: HTTPConnection) -> dict[str, str]:
        """Headers for a visit of the page: a new token where there is none that counts; the same one once more from
        time to time, so that it lives for as long as somebody comes back."""
        token = self.token(request)
        if token is None:
            return self.set_cookie(request, new_token())
        try:
            is_due = await self._identities.see(token) or self.cookie.is_outdated(request.cookies, request.url.scheme)
        except SignedOutError:
            return self.set_cookie(request, new_token())
        except StorageError:
            # The page says what is wrong, once it is there.
            return {}
        return self.set_cookie(request, token) if is_due else {}


class VisitorMiddleware:
    """Gives a cookie to whoever opens the chat page without one."""

    def __init__(self, app: ASGIApp, visitors: Visitors, page_path: str = "/") -> None:
        self._app = app
        self._visitors = visitors
        self._page_path = page_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != self._page_path:
            await self._app(scope, receive, send)
            return
        added = await self._visitors.cookie_due(HTTPConnection(scope))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.append(name, value)
            await send(message)

        await self._app(scope, receive, send_with_cookie)
