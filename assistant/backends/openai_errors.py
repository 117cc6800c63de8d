"""What can go wrong between us and an engine, as errors of our own. Never carries the prompt, an answer or a key."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx2
import openai

from assistant.errors import (
    AssistantError,
    EngineError,
    EngineProtocolError,
    EngineUnavailableError,
    MessageTooLongError,
)

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@contextmanager
def translated() -> Iterator[None]:
    """For what the clients raise inside, and for an answer that is not of the shape that is read from it.

    Raises EngineUnavailableError, EngineProtocolError, EngineError, or MessageTooLongError for a prompt that the
    engine's window cannot hold.
    """
    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise EngineUnavailableError(fault="timed out") from error
    except openai.APIStatusError as error:
        raise _of_status(error.response) from error
    except httpx2.HTTPStatusError as error:
        raise _of_status(error.response) from error
    except openai.APIConnectionError as error:
        raise EngineUnavailableError(fault="cannot be reached") from error
    except httpx2.RequestError as error:
        raise EngineUnavailableError(fault="connection lost") from error
    except openai.APIResponseValidationError as error:
        raise EngineProtocolError(fault="not an answer of the protocol") from error
    except openai.APIError as error:
        raise EngineError(fault="reported an error while answering") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Neither JSON nor UTF-8, or JSON of another shape.
        raise EngineProtocolError(fault="not an answer of the protocol") from error


def _of_status(response: httpx2.Response) -> AssistantError:
    if response.status_code in _BUSY:
        return EngineUnavailableError(fault="busy", retry_after=_seconds(response.headers.get("retry-after")))
    if response.status_code in _KEY_REFUSED:
        return EngineError(fault="refused the key")
    return _too_long(response) or EngineError(fault=f"answered {response.status_code}")


def _too_long(response: httpx2.Response) -> MessageTooLongError | None:
    """As llama.cpp's server says it."""
    try:
        error = response.json()["error"]
        if error["type"] == "exceed_context_size_error":
            return MessageTooLongError(size=int(error["n_prompt_tokens"]), limit=int(error["n_ctx"]), unit="tokens")
    except (LookupError, TypeError, ValueError):
        pass
    return None


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None
