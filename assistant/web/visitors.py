"""Who sends a request: from its cookie to the identity that the token in it belongs to. Shared pages set no cookie."""

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors.app import NotFoundError, StorageError
from assistant.errors.visitor import NoIdentityError, SignedOutError, SignInRequiredError
from assistant.identities import Identities, new_token
from assistant.identity import Identity
from assistant.web.visitor_cookie import VisitorCookie


class Visitors:
    def __init__(self, identities: Identities, cookie: VisitorCookie, *, must_sign_in: bool = False) -> None:
        """`must_sign_in`: only accounts are served, and anonymous visitors only on their way to one."""
        self._identities = identities
        self._cookie = cookie
        self._must_sign_in = must_sign_in

    async def identify(self, cookies: Mapping[str, str], scheme: str) -> Identity:
        """Raises NoIdentityError, SignedOutError, SignInRequiredError, StorageError."""
        token = self._cookie.token(cookies, scheme)
        if token is None:
            raise NoIdentityError
        return self._served(await self._identities.identify(token))

    async def sender(self, request: HTTPConnection) -> Identity:
        """Raises what `identify` does."""
        return await self.identify(request.cookies, request.url.scheme)

    async def owner_of(self, request: HTTPConnection, kind: str) -> str:
        """Of a thing of that kind: whoever is nobody is told what everybody is told whose it is not. Raises
        NotFoundError, StorageError."""
        try:
            return (await self.sender(request)).owner_id
        except NoIdentityError as error:
            raise NotFoundError(kind=kind) from error

    def token(self, request: HTTPConnection) -> str | None:
        return self._cookie.token(request.cookies, request.url.scheme)

    def set_cookie(self, request: HTTPConnection, token: str) -> dict[str, str]:
        """The headers of a response that gives this browser another token."""
        header = self._cookie.header(token, request.url.scheme, request.headers.get("sec-fetch-dest"))
        # A cache that kept it would make everybody the same visitor.
        return {"Set-Cookie": header, "Cache-Control": "private, no-store"}

    async def welcome(self, request: HTTPConnection) -> tuple[Identity, dict[str, str]]:
        """The sender, and headers for the response; a browser without a token that counts becomes a new visitor."""
        token, headers = await self.living_token(request)
        return self._served(await self._identities.identify(token)), headers

    async def living_token(self, request: HTTPConnection) -> tuple[str, dict[str, str]]:
        """The browser's, or a new one with the headers that give it to the browser."""
        token = self.token(request)
        if token is not None:
            with suppress(SignedOutError):
                await self._identities.identify(token)
                return token, {}
        token = new_token()
        return token, self.set_cookie(request, token)

    async def is_revoked(self, token: str) -> bool:
        try:
            await self._identities.identify(token)
        except SignedOutError:
            return True
        except StorageError:
            # Nobody knows at the moment.
            return False
        return False

    async def cookie_due(self, request: HTTPConnection) -> dict[str, str]:
        """Headers for a visit of the page: a new token where there is none that counts; the same one once more from
        time to time, so that it lives for as long as somebody comes back."""
        token = self.token(request)
        if token is None:
            return self.set_cookie(request, new_token())
        try:
            is_due = await self._identities.see(token) or self._cookie.is_outdated(request.cookies, request.url.scheme)
        except SignedOutError:
            return self.set_cookie(request, new_token())
        except StorageError:
            # The page says what is wrong, once it is there.
            return {}
        return self.set_cookie(request, token) if is_due else {}

    def _served(self, identity: Identity) -> Identity:
        if self._must_sign_in and identity.account is None:
            raise SignInRequiredError
        return identity


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
