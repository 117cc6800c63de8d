"""The fields of a posted form, as plain HTML forms send them, read up to a bound."""

from urllib.parse import parse_qs

from starlette.requests import Request

from assistant.errors.input import FileTooLargeError, InputError

_MOST_BYTES = 256 * 1024
_MOST_FIELDS = 5000


async def posted_form(request: Request) -> dict[str, list[str]]:
    """Raises FileTooLargeError, InputError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise FileTooLargeError(limit=_MOST_BYTES)
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InputError from error
