"""The contract of models, for one in this process: its weights are made so that they go on with the line."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import cycle, islice
from pathlib import Path

import pytest
import torch
from transformers import GPTBigCodeConfig, GPTBigCodeForCausalLM
from transformers.utils import logging as transformers_logging

from assistant.backends.torch_engine.loader import TransformersLoader
from assistant.engine import ModelLoader
from tests.backend_contract import LINE, PROMPT, Backend, BackendContract, ignore
from tests.fakes.tiny_models import tiny_tokenizer

POSITIONS = 4096
WIDTH = 260
"""As many numbers as there are tokens, and a few, since attention's heads share them evenly."""


def save_reciting(folder: Path) -> Path:
    """A model whose position alone says what comes next: the line, again and again, from the end of the prompt on."""
    transformers_logging.disable_progress_bar()
    tokenizer = tiny_tokenizer()
    shape = {"n_embd": WIDTH, "n_layer": 1, "n_head": 4, "n_inner": 4, "n_positions": POSITIONS}
    config = GPTBigCodeConfig(vocab_size=258, bos_token_id=1, eos_token_id=0, **shape)
    model = GPTBigCodeForCausalLM(config)
    start = len(tokenizer.encode(PROMPT)) - 1
    line = tokenizer.encode(LINE)
    said = list(islice(cycle(line), (-start) % len(line), (-start) % len(line) + POSITIONS))
    with torch.no_grad():
        for weights in model.transformer.h.parameters():
            weights.zero_()
        # The head is the same matrix: a position's number one is its token's score.
        model.transformer.wte.weight.copy_(torch.eye(258, WIDTH) / 2)
        model.transformer.wpe.weight.copy_(torch.eye(WIDTH)[said])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reciting(tmp_path_factory.mktemp("models") / "reciting")


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
