"""What the settings say of patience comes to whatever waits for an engine."""

import asyncio
from typing import Any

import httpx2
import pytest

from assistant.backends.choice import choose_loader
from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.openai_protocol.loader import OpenAIServerLoader
from assistant.backends.patience import Patience
from assistant.backends.tgi.loader import TgiLoader
from assistant.settings import Settings

SET: dict[str, Any] = {"connect_seconds": 2, "first_token_seconds": 10, "next_token_seconds": 40}


def loader_for(backend: str) -> Any:
    return choose_loader(
        Settings(_env_file=None, backend=backend, backend_url=("http://127.0.0.1:1",), **SET)  # type: ignore[call-arg]  # by name
    )


@pytest.mark.parametrize("patience", [Patience(first_token=10, next_token=40), Patience(first_token=40, next_token=10)])
def test_a_connection_outlasts_both_deadlines_and_a_replica_neither(patience: Patience) -> None:
    assert patience.silence > 40
    replicas = patience.with_a_replica
    assert replicas.first_token < patience.first_token
    assert replicas.next_token < patience.next_token


def test_embedded_is_as_patient_as_it_is_set() -> None:
    loader = loader_for("embedded")
    assert isinstance(loader, EmbeddedLoader)
    assert loader._patience.silence > 40


async def test_openai_is_as_patient_as_it_is_set() -> None:
    loader = loader_for("openai")
    assert isinstance(loader, OpenAIServerLoader)
    [there] = loader._servers
    async with there.openai_client() as client:
        assert isinstance(client.timeout, httpx2.Timeout)
        assert (client.timeout.connect, client.timeout.read) == (2, 50)
    with there.http_client() as questions:
        assert (questions.timeout.connect, questions.timeout.read) == (2, 20)


async def test_tgi_is_as_patient_as_it_is_set() -> None:
    loader = loader_for("tgi")
    assert isinstance(loader, TgiLoader)
    [model] = await asyncio.to_thread(loader._make_models)
    server = model._server
    assert (server._connections.timeout.connect, server._connections.timeout.read) == (2, 50)
    assert (server._tokenizer.timeout.connect, server._tokenizer.timeout.read) == (2, 20)
    await model.aclose()
