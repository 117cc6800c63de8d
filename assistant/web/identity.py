"""Who a browser is: an anonymous visitor, known by a random cookie that only its own signature makes valid."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import SettingsError

_KEY_BYTES = 32
_SETTING = "ASSISTANT_DATA_DIR"
_ALLOWED = "without that file a new one is made, and every visitor becomes a new one"
_TOKEN_BYTES = 32
_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""


class VisitorCookie:
    """`framed`: the page is shown inside another site's frame, as a Space is.

    `https_outside`: people reach the app over HTTPS, though the proxy before it speaks plain HTTP.
    """

    def __init__(self, key: bytes, *, framed: bool = False, https_outside: bool = False) -> None:
        self._signer = Signer(key, salt="visitor", digest_method=hashlib.sha256)
        self._framed = framed
        self._https_outside = https_outside

    def owner_of(self, cookies: Mapping[str, str]) -> str | None:
        """The owner id: a hash, so that neither database nor log could open anybody's conversations."""
        for name in (_name(secure=True), _name(secure=False)):
            try:
                token = self._signer.unsign(cookies.get(name, ""))
            except BadSignature:
                continue
            return hashlib.sha256(token).hexdigest()
        return None

    def new_header(self, scheme: str) -> str:
        """A Set-Cookie header for a visitor who has none; `scheme` as in the request."""
        secure = scheme == "https" or self._https_outside
        token = self._signer.sign(secrets.token_urlsafe(_TOKEN_BYTES)).decode()
        # By hand: Python's own cookies know `Partitioned` only from 3.14 on.
        sent = f"{_name(secure=secure)}={token}; Path=/; Max-Age={_SECONDS}; HttpOnly"
        if secure and self._framed:
            return f"{sent}; Secure; SameSite=None; Partitioned"
        return f"{sent}; SameSite=Lax" + ("; Secure" if secure else "")


class VisitorMiddleware:
    """Gives a cookie to whoever opens the chat page without one. Shared pages never set any."""

    def __init__(self, app: ASGIApp, cookie: VisitorCookie, page_path: str = "/") -> None:
        self._app = app
        self._cookie = cookie
        self._page_path = page_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != self._page_path:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        known = self._cookie.owner_of(connection.cookies)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and known is None:
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", self._cookie.new_header(connection.url.scheme))
                # A cache that kept it would make everybody the same visitor.
                headers["Cache-Control"] = "private, no-store"
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def load_or_create_key(path: Path) -> bytes:
    """The signing key, made at the first start; losing it makes every visitor a new one.

    Several processes may start at once: one makes the file, whole before it has its name. Raises SettingsError for a
    key that cannot be read or is damaged: a short key could be guessed.
    """
    try:
        if not path.exists():
            _create_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(setting=_SETTING, fault=f"{path}: {error.strerror}", allowed=_ALLOWED) from error
    if len(key) != _KEY_BYTES:
        raise SettingsError(setting=_SETTING, fault=f"{path} is damaged", allowed=_ALLOWED)
    return key


def _create_key(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    with fresh.open("wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _name(*, secure: bool) -> str:
    # __Host- cookies need HTTPS, which a laptop's loopback address has not.
    return "__Host-assistant" if secure else "assistant"
