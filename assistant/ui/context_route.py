"""The meter at the box, asked for at each pause in typing.

A route of its own, so that no event of the page waits for it, and nobody is told when it fails.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.context_meter import ContextMeter, Draft
from assistant.errors.app import NotFoundError, PromptError
from assistant.errors.engine import EngineError
from assistant.errors.input import InputError
from assistant.errors.visitor import NoIdentityError
from assistant.limits import Limits
from assistant.ui.fragments import Fragments
from assistant.ui.handlers import Identify
from assistant.ui.position import read_position
from assistant.ui.prompt_field import read_prompt_field


class Box(BaseModel):
    """What the page's script sends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: str = Field("", max_length=1000)
    text: str = Field("", max_length=1_000_000)
    file_tokens: int = Field(0, ge=0, le=10_000_000)
    """As they are written on the files beside the box."""
    answer_room: int | None = Field(None, ge=0, le=1_000_000)
    """None while the page has no control for it yet."""
    prompt: str = Field("", max_length=200_000)
    """What the page's field of that name holds."""

    def draft(self) -> Draft:
        """Raises InputError."""
        at = read_position(self.position)
        return Draft(
            conversation_id=at.conversation_id,
            leaf_id=at.leaf_id,
            editing_id=at.editing_id,
            text=self.text,
            file_tokens=self.file_tokens,
            answer_room=self.answer_room,
            prompt=read_prompt_field(self.prompt, at.conversation_id),
        )


def context_route(meter: ContextMeter, limits: Limits, fragments: Fragments, identify: Identify) -> APIRouter:
    router = APIRouter()

    @router.post("/context")
    async def context(request: Request, box: Box) -> Response:
        draft = box.draft()
        try:
            visitor = await identify(request.cookies, request.url.scheme)
        except NoIdentityError as error:
            if draft.conversation_id:
                raise NotFoundError(kind="conversation") from error
            raise
        limits.take_request(visitor.owner_id)
        try:
            measured = await meter.measure(visitor.owner_id, draft)
        except (EngineError, InputError, PromptError):
            # It is told where it matters, when something is asked.
            measured = None
        return HTMLResponse(fragments.meter(measured)) if measured else Response(status_code=204)

    return router
