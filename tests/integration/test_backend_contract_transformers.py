"""The contract of models, for one in this process: its weights are made so that they go on with the line."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import torch

from assistant.backends.torch_engine.loader import TransformersLoader
from assistant.engine import ModelLoader
from tests.backend_contract import LINE, PROMPT, Backend, BackendContract, ignore
from tests.fakes.reciting_model import POSITIONS, save_reciting


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reciting(tmp_path_factory.mktemp("models") / "reciting", LINE, PROMPT)


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class TestTransformers(BackendContract):
    honours_seeds = True

    @pytest.fixture
    async def new_loader(self, folder: Path, tmp_path: Path) -> AsyncIterator[Callable[[], ModelLoader]]:
        async with AsyncExitStack() as stack:

            def new() -> ModelLoader:
                loader = TransformersLoader(str(folder), tmp_path)
                stack.push_async_callback(loader.close)
                return loader

            yield new

    @pytest.fixture
    async def backend(self, new_loader: Callable[[], ModelLoader]) -> Backend:
        loader = new_loader()
        return Backend(loader=loader, loaded=await loader.load(ignore), slow_prompt="a" * (POSITIONS - 64))
