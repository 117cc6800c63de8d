"""What every answer carries and every request has to pass: security headers, origins, and routes that are open.

Plain ASGI, since Starlette's BaseHTTPMiddleware would hold back streams.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Gradio emits <base>, so base-uri cannot be 'none'; its theme needs inline styles. Its few inline scripts are allowed
# by hash, in page_document.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-src 'none'; frame-ancestors 'self'"
)
_SHARE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SHARE_HEADERS = {
    "Content-Security-Policy": _SHARE_POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
SHARE_PATH = "/s/"
IMPORT_PATH = "/import"
_DESK_PATH = "/shares"
# All that is served. Gradio has many more routes (uploads, files, proxies, monitoring, run history, an API) that this
# page does not use; an exact path, or what begins with one that ends in a slash.
_OPEN = (
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/page.css",
    "/page.js",
    "/site/",
    SHARE_PATH,
    _DESK_PATH,
    f"{_DESK_PATH}/",
    "/export/",
    "/export.zip",
    "/export.jsonl",
    IMPORT_PATH,
    "/context",
    "/auth/",
    "/draft",
    "/here",
    "/config",
    "/assets/",
    "/static/",
    "/svelte/",
    "/theme.css",
    "/favicon.ico",
    "/manifest.json",
    "/gradio_api/info",
    "/gradio_api/app_id",
    "/gradio_api/startup-events",
    "/gradio_api/heartbeat/",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/cancel",
    "/gradio_api/reset",
)
# Bytes, more than any of these is. Where a path is longer than a file's name can be, Gradio's routes to files crash.
_LONGEST_PATH = 255


class SecurityHeaders:
    def __init__(self, app: ASGIApp, *, framed_by: str = "", https_outside: bool = False) -> None:
        self._app = app
        self._https_outside = https_outside
        self._page_policy = f"{_PAGE_POLICY} {framed_by}".strip()
        # Within the page's frame, where the page is in one: another tab would not have its cookie.
        desk_policy = _SHARE_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors 'self' {framed_by}").strip()
        self._desk_headers = _SHARE_HEADERS | {
            "Content-Security-Policy": desk_policy,
            "Referrer-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = self._headers(scope["path"], secure=self._https_outside or scope["scheme"] == "https")
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(added)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # Starlette answers a crash outside of this, without the headers.
            if not started:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_with_headers)
            raise

    def _headers(self, path: str, *, secure: bool) -> dict[str, str]:
        headers = {
            "Content-Security-Policy": self._page_policy,
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        if path.startswith(SHARE_PATH):
            headers |= _SHARE_HEADERS
        elif path == _DESK_PATH or path.startswith(f"{_DESK_PATH}/"):
            headers |= self._desk_headers
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers


class BodyLimit:
    """Before a body is read into memory. Files of conversations, which are not, have a bound of their own."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._bounded = RequestBodyLimitMiddleware(app, most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_import = scope["type"] == "http" and scope["path"] == IMPORT_PATH
        await (self._app if is_import else self._bounded)(scope, receive, send)


class OwnOriginOnly:
    """Refuses requests that another site's page would make a browser send with our cookie."""

    def __init__(self, app: ASGIApp, *, public_url: str = "") -> None:
        self._app = app
        self._public_host = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _CHANGING and self._foreign(Headers(scope=scope)):
            await PlainTextResponse("This request came from another site.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _foreign(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        # A browser too old to say. The others send "null" from a shared page, whose policy is to name no referrer.
        origin = headers.get("origin")
        return origin is not None and _host(origin) not in {headers.get("host"), self._public_host} - {""}


def _host(origin: str) -> str:
    """Empty for what names no host, such as the `null` of a sandboxed frame."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


class OpenRoutesOnly:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_open(scope["path"]):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_open(path: str) -> bool:
    # Whoever has no share's link is told the same whatever they tried. Elsewhere no path has a control character, which
    # not every database takes for a part of an id.
    if not path.startswith(SHARE_PATH) and not (path.isprintable() and len(path.encode()) <= _LONGEST_PATH):
        return False
    return any(path.startswith(route) if route.endswith("/") and route != "/" else path == route for route in _OPEN)
