"""What can go wrong between us and text-generation-inference, as errors of our own.

The server tells a fault by a status, or by an event of a stream whose status was 200; huggingface_hub's client makes
errors of its own of both. Never carries the prompt, an answer, an address or a key.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from huggingface_hub import errors as hub

from assistant.backends.http_faults import http_translated, of_status, retry_after
from assistant.errors.engine import EngineError, EngineRefusedError, EngineUnavailableError
from assistant.errors.input import InvalidOptionError, MessageTooLongError
from assistant.errors.root import AssistantError

# The server's sentences, of router/src/validation.rs.
_INPUT_TOO_LONG = re.compile(r"`inputs` must have less than (?P<limit>\d+) tokens\. Given: (?P<inputs>\d+)")
_TOTAL_TOO_LONG = re.compile(
    r"`inputs` tokens \+ `max_new_tokens` must be <= (?P<limit>\d+)\. "
    r"Given: (?P<inputs>\d+) `inputs` tokens and (?P<room>\d+) `max_new_tokens`"
)
_REFUSED_FIELD = re.compile(r"`(?P<field>\w+)`")


@contextmanager
def translated() -> Iterator[None]:
    """For what the clients raise inside, and for an answer that is not of the shape that is read from it.

    Raises EngineUnavailableError, EngineProtocolError, EngineError; for a request that the server refuses,
    MessageTooLongError or InvalidOptionError.
    """
    with http_translated():
        try:
            yield
        except hub.TextGenerationError as error:
            raise _of_kind(error) from error
        except (hub.HfHubHTTPError, httpx2.HTTPStatusError) as error:
            raise of_status(error.response) from error


def _of_kind(error: hub.TextGenerationError) -> AssistantError:
    """An error that the server gave a type: in the body of a status, or in an event."""
    status = error.__cause__.response if isinstance(error.__cause__, hub.HfHubHTTPError) else None
    if isinstance(error, hub.OverloadedError):
        return EngineUnavailableError(fault="busy", retry_after=retry_after(status.headers) if status else None)
    if isinstance(error, hub.ValidationError):
        return _of_refusal(str(error))
    if isinstance(error, hub.GenerationError):
        return EngineError(fault="failed while answering")
    if isinstance(error, hub.IncompleteGenerationError):
        return EngineError(fault="broke the answer off")
    # The client knows no other types, and forgets their names.
    return of_status(status) if status else EngineError(fault="reported an error while answering")


def _of_refusal(sentence: str) -> AssistantError:
    if found := _TOTAL_TOO_LONG.search(sentence):
        size = int(found["inputs"]) + int(found["room"])
        return MessageTooLongError(size=size, limit=int(found["limit"]), unit="tokens")
    if found := _INPUT_TOO_LONG.search(sentence):
        return MessageTooLongError(size=int(found["inputs"]), limit=int(found["limit"]), unit="tokens")
    if found := _REFUSED_FIELD.search(sentence):
        return InvalidOptionError(option=found["field"], fault="refused by the engine")
    return EngineRefusedError(fault="refused the request")
