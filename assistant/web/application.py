"""The web app around the chat page: share pages, health, identity, security. The page itself is mounted by app.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant.errors.root import AssistantError
from assistant.limits import Limits
from assistant.sign_in.sign_in import SignIn
from assistant.web.client_address import ClientAddress
from assistant.web.delivery import Delivery, KeptFiles
from assistant.web.health import Health
from assistant.web.hosting import Hosting
from assistant.web.own_pages import OwnPages
from assistant.web.page_document import PageDocument, PageParts
from assistant.web.problem import handler
from assistant.web.security import BodyLimit, OpenRoutesOnly, OwnOriginOnly, SecurityHeaders
from assistant.web.sign_in_door import SignInDoor
from assistant.web.sign_in_pages import SignInPages
from assistant.web.sign_in_routes import sign_in_routes
from assistant.web.spoken_language import SpokenLanguage
from assistant.web.stream_ends import StreamEnds
from assistant.web.visitors import VisitorMiddleware, Visitors
from assistant.wording import Wording

_ASSISTANT = Path(__file__).parents[1]
_STATIC = (_ASSISTANT / "web" / "static", _ASSISTANT / "rendering" / "static", _ASSISTANT / "ui" / "static")
_NO_PARTS = PageParts()


def create_web_app(
    health: Health,
    visitors: Visitors,
    wording: Wording,
    hosting: Hosting,
    *,
    limits: Limits,
    page_parts: PageParts = _NO_PARTS,
    sign_in: SignIn | None = None,
    lifespan: Callable[[FastAPI], Any],
) -> FastAPI:
    """`page_parts`: what goes into the chat page's document."""
    pages = SignInPages(wording, sign_in.provider_name) if sign_in else None
    door = [Middleware(SignInDoor, sign_in=sign_in, visitors=visitors, pages=pages)] if sign_in and pages else []
    origins = [*hosting.readable_by, *([hosting.public_url] if hosting.public_url else [])]
    app = FastAPI(
        title=wording("page.title"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            # First, since the others go by the visitor's address and scheme.
            Middleware(ProxyHeadersMiddleware, trusted_hosts=[*hosting.trusted_proxies]),
            Middleware(ClientAddress),
            Middleware(SpokenLanguage),
            Middleware(Delivery),
            Middleware(PageDocument, parts=page_parts),
            Middleware(SecurityHeaders, framed_by=hosting.framed_by, https_outside=hosting.is_https),
            Middleware(OpenRoutesOnly),
            Middleware(BodyLimit, most=limits.body_bytes),
            Middleware(OwnOriginOnly, public_url=hosting.public_url),
            # With one of the app's own, Gradio does not add its, which would answer to any origin.
            Middleware(CORSMiddleware, allow_origins=origins),
            *door,
            Middleware(VisitorMiddleware, visitors=visitors),
            Middleware(OwnPages, visitors=visitors),
            Middleware(StreamEnds),
            Middleware(KeptFiles),
        ],
    )
    app.add_exception_handler(AssistantError, handler(wording))
    app.include_router(health.routes())
    if sign_in and pages:
        app.include_router(sign_in_routes(sign_in, visitors, hosting, pages, limits))
    files = StaticFiles(directory=_STATIC[0])
    files.all_directories = list(_STATIC)
    app.mount("/site", files)

    @app.get("/robots.txt")
    async def robots() -> Response:
        # Shares may be fetched, so that a crawler sees their noindex; the rest is nothing to look at.
        return PlainTextResponse("User-agent: *\nAllow: /s/\nDisallow: /\n")

    return app
