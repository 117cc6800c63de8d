"""`/metrics`: figures of this process, for whoever has the token. Says nothing of people or of what they wrote."""

import hmac
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import SecretStr

from assistant.engine import Engine
from assistant.figures import Figure, as_text
from assistant.waiting_line import WaitingLine

_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_route(engine: Engine, line: WaitingLine, token: SecretStr) -> APIRouter:
    """Without a token there is no such route: who is active, and how much, is the operator's business."""
    router = APIRouter()
    wanted = f"Bearer {token.get_secret_value()}".encode()

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, wanted):
            return PlainTextResponse("", 401, {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
        return PlainTextResponse(
            as_text(_figures(engine, line)), headers={"Cache-Control": "no-store"}, media_type=_TYPE
        )

    if token.get_secret_value():
        router.add_api_route("/metrics", metrics, methods=["GET"])
    return router


def _figures(engine: Engine, line: WaitingLine) -> Iterator[Figure]:
    ready = engine.if_ready
    yield Figure("engine_ready", "1 when the model can be asked.", bool(ready))
    yield Figure("answers_writing", "Answers that are being written.", line.taken)
    yield Figure("answers_waiting", "Questions that wait in line for a place at the engine.", line.waiting)
    if ready:
        yield from ready.model.figures()
