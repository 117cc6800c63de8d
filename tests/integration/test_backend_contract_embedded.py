"""The contract of models, for the embedded engine: llama.cpp with the default model's file."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.engine import ModelLoader
from tests.backend_contract import LINE, Backend, BackendContract, ignore


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def backend(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Backend]:
    loader = EmbeddedLoader("", tmp_path_factory.mktemp("prefixes"))
    loaded = await loader.load(ignore)
    model = loaded.language_model
    assert isinstance(model, OpenAICompletions)
    # Long enough to be read for a second or so.
    yield Backend(loader=loader, loaded=loaded, key=model.api_key.get_secret_value(), slow_prompt=LINE * 40)
    await loader.close()


@pytest_asyncio.fixture(loop_scope="module")
async def new_loader(tmp_path: Path) -> AsyncIterator[Callable[[], ModelLoader]]:
    async with AsyncExitStack() as stack:

        def new() -> ModelLoader:
            loader = EmbeddedLoader("", tmp_path)
            stack.push_async_callback(loader.close)
            return loader

        yield new


@pytest.mark.asyncio(loop_scope="module")
class TestEmbedded(BackendContract):
    honours_seeds = True
