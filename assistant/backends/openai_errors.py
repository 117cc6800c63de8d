"""What can go wrong between us and an engine, as errors of our own. Never carries the prompt, an answer or a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx2
import openai

from assistant.errors import EngineError, EngineProtocolError, EngineUnavailableError

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@contextmanager
def translated() -> Iterator[None]:
    """Raises EngineUnavailableError, EngineProtocolError or EngineError for what the clients raise inside."""
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
    except httpx2.TransportError as error:
        raise EngineUnavailableError(fault="connection lost") from error
    except openai.APIResponseValidationError as error:
        raise EngineProtocolError(fault="not an answer of the protocol") from error
    except openai.APIError as error:
        raise EngineError(fault="reported an error while answering") from error
    except ValueError as error:
        # Neither JSON nor UTF-8.
        raise EngineProtocolError(fault="not an answer of the protocol") from error


def _of_status(response: httpx2.Response) -> EngineError:
    if response.status_code in _BUSY:
        return EngineUnavailableError(fault="busy", retry_after=_seconds(response.headers.get("retry-after")))
    if response.status_code in _KEY_REFUSED:
        return EngineError(fault="refused the key")
    return EngineError(fault=f"answered {response.status_code}")


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header else None
    except ValueError:
        return None
