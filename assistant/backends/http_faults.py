"""What is the same of every engine behind HTTP: a status, or no connection at all, as an error of ours.

Never carries the prompt, an answer, an address or a key.
"""

import math
import socket
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from assistant.errors import EngineAccessError, EngineError, EngineRefusedError, EngineUnavailableError

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Of a proxy that has lost its server.
_AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)


def of_runtime_error(error: RuntimeError) -> EngineError | None:
    """The clients have no class of their own for a request after they were closed; None for anything else."""
    return EngineUnavailableError(fault="was closed") if "has been closed" in str(error) else None


def of_status(response: httpx2.Response) -> EngineError:
    if response.status_code in _BUSY:
        return EngineUnavailableError(fault="busy", retry_after=retry_after(response.headers))
    if response.status_code in _AWAY:
        return EngineUnavailableError(fault=f"cannot be reached: a proxy answered {response.status_code}")
    if response.status_code in _KEY_REFUSED:
        return EngineAccessError(fault="refused the key")
    if response.is_client_error:
        return EngineRefusedError(fault=f"answered {response.status_code}")
    return EngineError(fault=f"answered {response.status_code}")


def why_unreachable(error: BaseException) -> str:
    """For what a client raises when it gets no connection; the reason is among its causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "cannot be reached: no secure connection"
        if isinstance(cause, socket.gaierror):
            return "cannot be reached: its address is not known"
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
