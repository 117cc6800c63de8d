"""What is the same of every engine behind HTTP: a status, or no connection at all, as an error of ours.

Never carries the prompt, an answer, an address or a key.
"""

import math
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from assistant.errors.engine import (
    EngineAccessError,
    EngineError,
    EngineProtocolError,
    EngineRefusedError,
    EngineUnavailableError,
)

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Of a proxy that has lost its server.
_AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)


@contextmanager
def http_translated() -> Iterator[None]:
    """For what the HTTP client raises inside, and for an answer that is not of the shape that is read from it.

    Raises EngineUnavailableError or EngineProtocolError. What a protocol knows better, it translates inside of this.
    """
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise EngineUnavailableError(fault="timed out") from error
    except httpx2.ConnectError as error:
        raise EngineUnavailableError(fault=why_unreachable(error)) from error
    except httpx2.RequestError as error:
        raise EngineUnavailableError(fault="connection lost") from error
    except RuntimeError as error:
        # The clients have no class of their own for a request after they were closed.
        if "has been closed" not in str(error):
            raise
        raise EngineUnavailableError(fault="was closed") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Neither JSON nor UTF-8, or JSON of another shape: the clients check no types.
        raise EngineProtocolError(fault="not an answer of the protocol") from error


def of_status(response: httpx2.Response) -> EngineError:
    if response.status_code in _BUSY:
        return EngineUnavailableError(fault="busy", retry_after=retry_after(response.headers))
    if response.status_code in _AWAY:
        return EngineUnavailableError(fault=f"cannot be reached: a proxy answered {response.status_code}")
    if response.status_code in _KEY_REFUSED:
        return EngineAccessError(fault="refused the key")
    # A failed dependency is text-generation-inference's word for a fault of its own.
    if response.is_client_error and response.status_code != HTTPStatus.FAILED_DEPENDENCY:
        return EngineRefusedError(fault=f"answered {response.status_code}")
    return EngineError(fault=f"answered {response.status_code}")


def why_unreachable(error: BaseException) -> str:
    """For what a client raises when it gets no connection, or loses it; the reason is among its causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "cannot be reached: no secure connection"
        if isinstance(cause, socket.gaierror):
            return "cannot be reached: its address is not known"
        if isinstance(cause, httpx2.RequestError) and not isinstance(cause, httpx2.ConnectError):
            return "connection lost"
        cause = cause.__cause__ or cause.__context__
    return "cannot be reached"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; None where the server said nothing that can be used.

    A date is held against the date of the answer, which is of the same clock; ours may be another.
    """
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])).total_seconds()
        except (LookupError, TypeError, ValueError):
            return None
    return seconds if 0 <= seconds < math.inf else None
