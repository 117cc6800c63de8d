"""The contract of models, for `transformers serve`: a second real server of OpenAI's protocol, as a process."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from assistant.backends.openai_protocol.loader import OpenAIServerLoader
from assistant.engine import ModelLoader
from tests.app_process import free_port
from tests.backend_contract import LINE, PROMPT, Backend, BackendContract, ignore
from tests.fakes.reciting_model import POSITIONS, save_reciting


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reciting(tmp_path_factory.mktemp("models") / "reciting", LINE, PROMPT)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    port = free_port()
    # It lists what is in the Hub's cache, and fails where there is none.
    cache = folder.parent / "hub"
    cache.mkdir()
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with subprocess.Popen(
        [*command, *options], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{url}/health", process)
            yield url
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    with httpx2.Client() as client:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx2.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"the server did not start: {process.communicate()[0].decode()[-2000:]}")


class TestTransformersServe(BackendContract):
    honours_seeds = True

    @pytest.fixture
    async def new_loader(self, server: str, folder: Path) -> AsyncIterator[Callable[[], ModelLoader]]:
        async with AsyncExitStack() as stack:

            def new() -> ModelLoader:
                loader = OpenAIServerLoader(
                    [server], SecretStr(""), str(folder), fetch=lambda _: folder / "tokenizer.json"
                )
                stack.push_async_callback(loader.close)
                return loader

            yield new

    @pytest.fixture
    async def backend(self, new_loader: Callable[[], ModelLoader]) -> Backend:
        loader = new_loader()
        return Backend(loader=loader, loaded=await loader.load(ignore), slow_prompt="a" * (POSITIONS - 64))
