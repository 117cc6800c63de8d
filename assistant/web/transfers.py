"""Conversations out as downloads, and in by upload: for whoever the visitor's cookie names, and nobody else."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import IO

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.requests import ClientDisconnect

from assistant.errors.app import StorageError
from assistant.errors.input import FileTooLargeError
from assistant.limits import Limits
from assistant.portable.bounds import FILE_BYTES
from assistant.portable.portability import Bundle, Form, ImportReport, Portability, Progress
from assistant.web.import_answer import answer_import
from assistant.web.visitors import Visitors
from assistant.wording import Wording

_TYPES = {
    Form.MARKDOWN: "text/markdown; charset=utf-8",
    Form.JSON: "application/json",
    Bundle.ZIP: "application/zip",
    Bundle.JSONL: "application/jsonl; charset=utf-8",
}
_ALL = "tech-assistant-conversations"


def transfer_routes(portability: Portability, visitors: Visitors, limits: Limits, wording: Wording) -> APIRouter:
    router = APIRouter()

    async def owner_of(request: Request) -> str:
        return (await visitors.sender(request)).owner_id

    async def one(request: Request, conversation_id: str, form: Form) -> Response:
        owner_id = await visitors.owner_of(request, "conversation")
        redacted = "redacted" in request.query_params
        await limits.take_export(owner_id)
        file = await portability.export(owner_id, conversation_id, form, redacted=redacted)
        return Response(file.content, headers=_headers(file.name, form))

    async def all_of_them(request: Request, bundle: Bundle) -> Response:
        owner_id = await owner_of(request)
        await limits.take_export(owner_id)
        pieces = portability.export_all(owner_id, bundle)
        # The first one before the status is sent: a database that fails can still be told as such.
        first = await anext(pieces, b"")
        return StreamingResponse(_joined(first, pieces), headers=_headers(f"{_ALL}.{bundle}", bundle))

    @router.get("/export/{conversation_id}.md")
    async def markdown(request: Request, conversation_id: str) -> Response:
        return await one(request, conversation_id, Form.MARKDOWN)

    @router.get("/export/{conversation_id}.json")
    async def json(request: Request, conversation_id: str) -> Response:
        return await one(request, conversation_id, Form.JSON)

    @router.get("/export.zip")
    async def archive(request: Request) -> Response:
        return await all_of_them(request, Bundle.ZIP)

    @router.get("/export.jsonl")
    async def lines(request: Request) -> Response:
        return await all_of_them(request, Bundle.JSONL)

    @router.post("/import")
    async def take_in(request: Request) -> Response:
        """The file is the body, as it is."""
        owner_id = await owner_of(request)
        await limits.take_import(owner_id)
        with ExitStack() as receiving:
            file = receiving.enter_context(tempfile.TemporaryFile())
            try:
                await _receive(request, file)
            except ClientDisconnect:
                return Response(status_code=400)
            # This answer may have begun long before the import ends.
            received = receiving.pop_all()

        async def work(told: Progress) -> ImportReport:
            with received:
                return await portability.import_file(owner_id, file, told)

        return await answer_import(work, wording)

    return router


_NOT_KEPT = {"Cache-Control": "private, no-store"}


def _headers(name: str, kind: Form | Bundle) -> dict[str, str]:
    return _NOT_KEPT | {"Content-Type": _TYPES[kind], "Content-Disposition": f'attachment; filename="{name}"'}


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _receive(request: Request, file: IO[bytes]) -> None:
    """Raises FileTooLargeError as soon as it is known, ClientDisconnect, StorageError."""
    said = request.headers.get("content-length", "0")
    size = int(said) if said.isdecimal() and len(said) < 20 else 0
    if size > FILE_BYTES:
        raise FileTooLargeError(limit=FILE_BYTES)
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > FILE_BYTES:
                raise FileTooLargeError(limit=FILE_BYTES)
            file.write(chunk)
        file.flush()
    except OSError as error:
        raise StorageError(fault="there is no room for the file") from error
