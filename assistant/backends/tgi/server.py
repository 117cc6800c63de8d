"""One text-generation-inference server: its connections, and the routes that only tell something.

Knows nothing of prompts; generating is `TgiClient`'s.
"""

import asyncio
from http import HTTPStatus

import httpx2
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PositiveInt, SecretStr

from assistant.backends.patience import QUESTION_SECONDS, while_it_is_waited_for
from assistant.backends.tgi.client import TgiClient
from assistant.backends.tgi.errors import translated
from assistant.backends.tls import trusted
from assistant.errors.engine import EngineError

_HEALTH_SECONDS = 20.0
"""An idle server makes a token to see that it is well."""


class TgiInfo(BaseModel):
    """Of `/info`, what matters to a prompt and to the provenance of an answer."""

    model_config = ConfigDict(frozen=True)

    model_id: str
    """A hub id, or a folder of the server."""
    model_sha: str | None = None
    max_input_tokens: PositiveInt = Field(validation_alias=AliasChoices("max_input_tokens", "max_input_length"))
    """Of the prompt. Version 1 of the server called it a length."""
    max_total_tokens: PositiveInt
    """Of prompt and answer together."""
    max_stop_sequences: int = Field(4, ge=0)
    max_concurrent_requests: PositiveInt = 128

    @property
    def model(self) -> tuple[str, str | None]:
        """The same for servers that give the same answers."""
        return self.model_id, self.model_sha


class TgiServer:
    """Faults raise EngineError and its kinds."""

    def __init__(self, url: str, api_key: SecretStr, silence_seconds: float, connect_seconds: float) -> None:
        self._url = url
        key = api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx2.Timeout(silence_seconds, connect=min(connect_seconds, silence_seconds))
        self._question = httpx2.Timeout(min(QUESTION_SECONDS, silence_seconds), connect=timeout.connect)
        # No limit of connections of our own: one that waits for another's answer to end would look like silence.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        self._connections = httpx2.AsyncClient(
            base_url=url, headers=headers, timeout=timeout, limits=limits, verify=trusted()
        )
        self._tokenizer = httpx2.Client(base_url=url, headers=headers, timeout=self._question, verify=trusted())

    def client(self) -> TgiClient:
        return TgiClient(self._connections, self._url)

    async def info(self) -> TgiInfo:
        with translated():
            answer = await self._connections.get("/info", timeout=self._question)
            return TgiInfo.model_validate(answer.raise_for_status().json())

    async def check_health(self) -> None:
        with translated():
            async with asyncio.timeout(_HEALTH_SECONDS):
                answer = await self._connections.get("/health")
            answer.raise_for_status()

    async def count(self, text: str) -> int:
        with translated():
            answer = await self._connections.post("/tokenize", json={"inputs": text}, timeout=self._question)
            return len(_token_ids(answer))

    def token_ids(self, text: str) -> list[int]:
        """Blocks."""
        with translated():
            timeout = while_it_is_waited_for(self._tokenizer.timeout)
            return _token_ids(self._tokenizer.post("/tokenize", json={"inputs": text}, timeout=timeout))

    async def aclose(self) -> None:
        self._tokenizer.close()
        await self._connections.aclose()


def _token_ids(answer: httpx2.Response) -> list[int]:
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise EngineError(fault="cannot count tokens: its model has no fast tokenizer")
    return [int(token["id"]) for token in answer.raise_for_status().json()]
