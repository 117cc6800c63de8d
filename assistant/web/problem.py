"""Errors on HTTP surfaces: the one mapping from the tree of errors to status, words and Retry-After."""

import math
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from assistant.errors.app import ConflictError, NotFoundError, StorageError
from assistant.errors.engine import EngineError
from assistant.errors.input import FileTooLargeError, InputError
from assistant.errors.root import AssistantError
from assistant.errors.visitor import (
    LicenceNotAcceptedError,
    LimitError,
    NoIdentityError,
    SignInError,
    SignInFailedError,
    SignInStaleError,
)
from assistant.web.page_templates import page_templates
from assistant.wording import Wording

_STATUS: tuple[tuple[type[AssistantError], int], ...] = (
    (NotFoundError, 404),
    (NoIdentityError, 401),
    (SignInFailedError, 502),
    (SignInStaleError, 400),
    (SignInError, 403),
    (LicenceNotAcceptedError, 403),
    (ConflictError, 409),
    (LimitError, 429),
    (FileTooLargeError, 413),
    (InputError, 422),
    (StorageError, 503),
    (EngineError, 503),
    (AssistantError, 500),
)
_RETRY_SECONDS = 5


def status_of(error: AssistantError) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def problem(wording: Wording, error: AssistantError) -> Response:
    return PlainTextResponse(wording.error(error), status_of(error), headers_of(error))


def headers_of(error: AssistantError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if error.retryable:
        seconds = error.facts.get("retry_after")
        headers["Retry-After"] = str(math.ceil(seconds) if isinstance(seconds, int | float) else _RETRY_SECONDS)
    return headers


def handler(wording: Wording) -> Callable[[Request, Exception], Awaitable[Response]]:
    page = page_templates(wording).get_template("problem.html.jinja")

    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, AssistantError)  # noqa: S101  # registered for this type alone
        if "text/html" not in request.headers.get("accept", ""):
            return problem(wording, error)
        # Somebody followed a link, or sent a form.
        return HTMLResponse(page.render(told=wording.error(error)), status_of(error), headers_of(error))

    return handle


def answer_unreadable(app: FastAPI, wording: Wording) -> None:
    """What a route cannot read is refused in words, by `app` and by what is mounted in it: FastAPI would send it back,
    and crash where it is no text."""

    async def refuse(_: Request, error: Exception) -> Response:
        return problem(wording, InputError())

    app.add_exception_handler(RequestValidationError, refuse)
    for mounted in (getattr(route, "app", None) for route in app.routes):
        if isinstance(mounted, FastAPI):
            mounted.add_exception_handler(RequestValidationError, refuse)
            # Gradio looks its events up by whatever number a request names.
            mounted.add_exception_handler(KeyError, refuse)
