"""Where an OpenAI-compatible server is and how it is reached: address, key, and how long its silence is borne."""

from dataclasses import dataclass

import httpx2
import openai
from pydantic import SecretStr

from assistant.backends.patience import QUESTION_SECONDS, USUAL_PATIENCE
from assistant.backends.tls import trusted

# Shorter than the servers' own patience (llama.cpp's is 5 s, the clients' too): a connection that the server is just
# closing would fail the request that is sent over it.
_LIMITS = httpx2.Limits(keepalive_expiry=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Makes clients; holds none."""

    root: str
    """Without `/v1` and without a slash at the end: see `server_root`."""
    api_key: SecretStr
    silence_seconds: float = USUAL_PATIENCE.silence
    """Until the server is given up. Reading a long prompt on a slow machine is silent for as long as it takes."""
    connect_seconds: float = USUAL_PATIENCE.connect

    def openai_client(self) -> openai.AsyncOpenAI:
        # Retrying is the service's decision: the client would not know whether the first word was shown.
        timeout = self._timeout(self.silence_seconds)
        return openai.AsyncOpenAI(
            base_url=f"{self.root}/v1",
            api_key=self._key,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpx2Client(timeout=timeout, limits=_LIMITS, verify=trusted()),
        )

    def http_client(self) -> httpx2.Client:
        """For questions beside the protocol, to the server's own routes. Its calls block."""
        timeout = self._timeout(min(QUESTION_SECONDS, self.silence_seconds))
        return httpx2.Client(
            base_url=self.root, headers=self._headers, timeout=timeout, limits=_LIMITS, verify=trusted()
        )

    def async_http_client(self, silence_seconds: float) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.root, headers=self._headers, timeout=self._timeout(silence_seconds), verify=trusted()
        )

    @property
    def _key(self) -> str:
        # The client insists on one; a server that asks for none takes no notice.
        return self.api_key.get_secret_value() or "none"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"}

    def _timeout(self, silence_seconds: float) -> httpx2.Timeout:
        return httpx2.Timeout(silence_seconds, connect=min(self.connect_seconds, silence_seconds))


def server_root(url: str) -> str:
    """The address that routes are added to; people write it with and without `/v1`."""
    return url.strip().rstrip("/").removesuffix("/v1").rstrip("/")
