"""The web app around the chat page: share pages, health, identity, security. The page itself is mounted by app.py."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from assistant.engine import Engine, EngineStage
from assistant.errors import AssistantError, StorageError
from assistant.ports import ConversationStore
from assistant.sharing import SharingService
from assistant.web.identity import VisitorCookie, VisitorMiddleware
from assistant.web.page_scripts import PageScripts
from assistant.web.problem import handler
from assistant.web.security import OpenRoutesOnly, OwnOriginOnly, SecurityHeaders
from assistant.web.share_page import share_routes
from assistant.wording import Wording

_ASSISTANT = Path(__file__).parents[1]
_STATIC = (_ASSISTANT / "web" / "static", _ASSISTANT / "rendering" / "static", _ASSISTANT / "ui" / "static")


def create_web_app(
    engine: Engine,
    store: ConversationStore,
    sharing: SharingService,
    cookie: VisitorCookie,
    wording: Wording,
    *,
    public_url: str,
    framed_by: str,
    lifespan: Callable[[FastAPI], Any],
) -> FastAPI:
    """`framed_by` is the origin of a site that may show the page in a frame; empty for none."""
    origins = [public_url] if public_url else []
    app = FastAPI(
        title=wording("page.title"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(PageScripts),
            Middleware(SecurityHeaders, framed_by=framed_by),
            Middleware(OpenRoutesOnly),
            Middleware(OwnOriginOnly, public_url=public_url),
            # With one of the app's own, Gradio does not add its, which would answer to any origin.
            Middleware(CORSMiddleware, allow_origins=origins),
            Middleware(VisitorMiddleware, cookie=cookie),
        ],
    )
    app.add_exception_handler(AssistantError, handler(wording))
    app.include_router(share_routes(sharing, cookie, wording))
    _add_health(app, engine, store)
    files = StaticFiles(directory=_STATIC[0])
    files.all_directories = list(_STATIC)
    app.mount("/site", files)

    @app.get("/robots.txt")
    async def robots() -> Response:
        # Shares may be fetched, so that a crawler sees their noindex; the rest is nothing to look at.
        return PlainTextResponse("User-agent: *\nAllow: /s/\nDisallow: /\n")

    return app


def _add_health(app: FastAPI, engine: Engine, store: ConversationStore) -> None:
    @app.get("/healthz")
    async def alive() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz")
    async def ready() -> Response:
        state = engine.state
        report: dict[str, object] = {"model": engine.card.name, "stage": state.stage, "database": "ok"}
        if state.error:
            report["error"] = state.error.code
        try:
            await asyncio.to_thread(store.ping)
        except StorageError as error:
            report["database"] = error.facts["fault"]
        is_ready = state.stage is EngineStage.READY and report["database"] == "ok"
        headers = {"Cache-Control": "no-store"} | ({} if is_ready else {"Retry-After": "1"})
        return JSONResponse({"ready": is_ready, **report}, 200 if is_ready else 503, headers)
