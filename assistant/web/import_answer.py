"""What is answered to an import: its end, where that comes soon; else line by line how far it is, and then its end.

A JSON object a line, each with what to tell the person. Knows nothing of files.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.errors.root import AssistantError
from assistant.portable.portability import ImportReport, Progress
from assistant.wording import Wording

logger = logging.getLogger(__name__)

SOON_SECONDS = 1.0
LINE_SECONDS = 0.5
_NOT_KEPT = {"Cache-Control": "private, no-store"}
_Line = dict[str, object]


async def answer_import(work: Callable[[Progress], Awaitable[ImportReport]], wording: Wording) -> Response:
    """Raises what `work` does, where that comes soon. It goes on when nobody listens any more."""
    done: tuple[int, int | None] = (0, None)

    def keep(number: int, of: int | None) -> None:
        nonlocal done
        done = number, of

    task = asyncio.ensure_future(work(keep))
    # Looked at, so that nobody complains where nobody listens.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait({task}, timeout=SOON_SECONDS)
    if task.done():
        return JSONResponse(_end(task.result(), wording), headers=_NOT_KEPT)

    async def lines() -> AsyncIterator[bytes]:
        while not task.done():
            yield _line({"told": _so_far(*done, wording)})
            await asyncio.wait({task}, timeout=LINE_SECONDS)
        yield _line(_told_end(task, wording))

    return StreamingResponse(lines(), media_type="application/jsonl", headers=_NOT_KEPT)


def _so_far(done: int, of: int | None, wording: Wording) -> str:
    if of is None:
        return wording("transfer.reading", count=done)
    return wording("transfer.writing", count=done, all=of)


def _told_end(task: asyncio.Future[ImportReport], wording: Wording) -> _Line:
    try:
        return _end(task.result(), wording)
    except AssistantError as error:
        return {"told": wording.error(error), "failed": True}
    except Exception:
        logger.exception("an import failed")
        return {"told": wording("error.internal"), "failed": True}


def _end(report: ImportReport, wording: Wording) -> _Line:
    numbers = {"new": report.new, "grown": report.grown, "known": report.known}
    return {**numbers, "told": wording("transfer.imported", **numbers)}


def _line(said: _Line) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"
