"""Drafts as the page's script reads and keeps them: for whoever the visitor's cookie names, and nobody else.

Routes, not events of the page: a browser sends these even while it closes the page.
"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.draft import Draft
from assistant.draft_service import DraftService
from assistant.errors.input import FileTooLargeError, InputError
from assistant.id_text import checked_id
from assistant.web.visitors import Visitors

_NOT_KEPT = {"Cache-Control": "private, no-store"}
_MOST_BYTES = 8_000_000
"""A message of a million characters, in JSON."""


class _Typed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    seen: str = Field(max_length=64)
    """The version that this text was made from."""


def draft_routes(drafts: DraftService, visitors: Visitors) -> APIRouter:
    router = APIRouter()

    async def owner_of(request: Request, conversation_id: str) -> str:
        if conversation_id:
            return await visitors.owner_of(request, "conversation")
        return (await visitors.sender(request)).owner_id

    @router.get("/draft")
    async def read(request: Request, c: str = "") -> Response:
        owner_id = await owner_of(request, c)
        return _told(await drafts.draft(owner_id, _place(c)))

    @router.put("/draft")
    async def keep(request: Request, c: str = "") -> Response:
        """409 with the draft that is kept instead, where it is newer."""
        owner_id = await owner_of(request, c)
        typed = await _typed(request)
        draft, is_this = await drafts.keep(owner_id, _place(c), typed.text, typed.seen)
        return _told(draft, 200 if is_this else 409)

    return router


def _place(conversation_id: str) -> str | None:
    """Raises NotFoundError."""
    return checked_id(conversation_id, "conversation") if conversation_id else None


def _told(draft: Draft, status: int = 200) -> Response:
    return JSONResponse({"text": draft.text, "version": draft.version}, status, _NOT_KEPT)


async def _typed(request: Request) -> _Typed:
    """Raises FileTooLargeError, InputError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise FileTooLargeError(limit=_MOST_BYTES)
    try:
        return _Typed.model_validate_json(bytes(body))
    except ValidationError as error:
        raise InputError from error
