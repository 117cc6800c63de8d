"""Whether the process lives, and whether it can answer: for whoever watches it from outside."""

import asyncio
from collections.abc import Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from assistant.engine import Engine, EngineStage
from assistant.errors.app import StorageError
from assistant.ports import ConversationStore


class Health:
    def __init__(
        self,
        engine: Engine,
        store: ConversationStore,
        is_draining: Callable[[], bool],
        troubles: Mapping[str, str] | None = None,
    ) -> None:
        """`troubles`: what fails now of what the app does by itself, such as backups; answers do not depend on it."""
        self._troubles = {} if troubles is None else troubles
        self._engine = engine
        self._store = store
        self._is_draining = is_draining

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/healthz", self.alive, methods=["GET"])
        router.add_api_route("/readyz", self.ready, methods=["GET"])
        return router

    async def alive(self) -> Response:
        return PlainTextResponse("ok")

    async def ready(self) -> Response:
        state = self._engine.state
        report: dict[str, object] = {"model": self._engine.card.name, "stage": state.stage, "database": "ok"}
        if state.error:
            report["error"] = state.error.code
        if self._is_draining():
            report["draining"] = True
        if self._troubles:
            report["maintenance"] = dict(self._troubles)
        try:
            await asyncio.to_thread(self._store.ping)
        except StorageError as error:
            report["database"] = error.facts["fault"]
        is_ready = state.stage is EngineStage.READY and report["database"] == "ok" and "draining" not in report
        headers = {"Cache-Control": "no-store"} | ({} if is_ready else {"Retry-After": "1"})
        return JSONResponse({"ready": is_ready, **report}, 200 if is_ready else 503, headers)
