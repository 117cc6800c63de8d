"""What can go wrong between us and an engine, as errors of our own.

Never carries the prompt, an answer, an address or a key.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx2
import openai

from assistant.backends.http_faults import http_translated, of_status, why_unreachable
from assistant.errors.engine import EngineError, EngineProtocolError, EngineUnavailableError
from assistant.errors.input import MessageTooLongError
from assistant.errors.root import AssistantError

_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)
# How vLLM, SGLang and OpenAI word it; llama.cpp's server gives the figures apart.
_TOO_LONG = (
    re.compile(r"maximum context length is (?P<limit>\d+) tokens\D+(?P<size>\d+)"),
    re.compile(r"\((?P<size>\d+) tokens\) is longer than the model's context length \((?P<limit>\d+) tokens\)"),
)


@contextmanager
def translated() -> Iterator[None]:
    """For what the clients raise inside, and for an answer that is not of the shape that is read from it.

    Raises EngineUnavailableError, EngineProtocolError, EngineError, or MessageTooLongError for a prompt that the
    engine's window cannot hold.
    """
    with http_translated():
        try:
            yield
        except openai.APITimeoutError as error:
            raise EngineUnavailableError(fault="timed out") from error
        except (openai.APIStatusError, httpx2.HTTPStatusError) as error:
            raise _of_response(error.response) from error
        except openai.APIConnectionError as error:
            raise EngineUnavailableError(fault=why_unreachable(error)) from error
        except openai.APIResponseValidationError as error:
            raise EngineProtocolError(fault="not an answer of the protocol") from error
        except openai.APIError as error:
            raise EngineError(fault="reported an error while answering") from error


def _of_response(response: httpx2.Response) -> AssistantError:
    too_long = _too_long(response) if response.status_code in _REFUSED else None
    return too_long or of_status(response)


def _too_long(response: httpx2.Response) -> MessageTooLongError | None:
    """Only figures are taken from the answer: it may quote the prompt."""
    try:
        answer = response.json()
        error = answer.get("error", answer)
        if error.get("type") == "exceed_context_size_error":
            return MessageTooLongError(size=int(error["n_prompt_tokens"]), limit=int(error["n_ctx"]), unit="tokens")
        for wording in _TOO_LONG:
            if found := wording.search(error["message"]):
                return MessageTooLongError(size=int(found["size"]), limit=int(found["limit"]), unit="tokens")
    except (AttributeError, LookupError, TypeError, ValueError, httpx2.ResponseNotRead):
        pass
    return None
