"""huggingface_hub's client for text-generation-inference, on connections of our own.

Its requests, its reading of events and its errors are kept. How a request travels is not: see `_inner_post`.
"""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import httpx2
from huggingface_hub import AsyncInferenceClient
from huggingface_hub.errors import HfHubHTTPError

if TYPE_CHECKING:
    from huggingface_hub.inference._common import RequestParameters


class TgiClient(AsyncInferenceClient):
    """For one request. Leaving its `async with` closes the connection unless the answer was read to its end."""

    def __init__(self, connections: httpx2.AsyncClient, url: str) -> None:
        # Given a token, the base class does not look for this machine's. Neither is sent: `connections` have the key.
        super().__init__(model=url, token="never sent")  # noqa: S106  # no password
        self._connections = connections

    async def _inner_post(  # type: ignore[override]  # this client only streams
        self, request_parameters: "RequestParameters", *, stream: bool = False
    ) -> AsyncGenerator[str]:
        """Where the base class sends, in its version 2.4.

        It would open a new pool of connections for every request, refuse even a server of this network when
        HF_HUB_OFFLINE is set, and end lines at U+2028 and its like, which an answer may contain.
        """
        request = self._connections.stream("POST", request_parameters.url, json=request_parameters.json)
        response = await self.exit_stack.enter_async_context(request)
        if not response.is_success:
            await response.aread()
            raise HfHubHTTPError(f"answered {response.status_code}", response=response)
        lines = _lines(response)
        self.exit_stack.push_async_callback(lines.aclose)
        return lines


async def _lines(response: httpx2.Response) -> AsyncGenerator[str]:
    unfinished = b""
    async for received in response.aiter_bytes():
        *lines, unfinished = (unfinished + received).split(b"\n")
        for line in lines:
            yield line.decode().strip()
    yield unfinished.decode().strip()
