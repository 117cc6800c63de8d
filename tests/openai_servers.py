"""Servers of the OpenAI protocol as fakes, kind by kind, and loaders for them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.backends.openai_protocol.loader import OpenAIServerLoader
from assistant.conversation import GenerationOptions
from assistant.engine import EngineStage, LoadedModel
from assistant.errors.engine import EngineLoadError
from tests.fakes.fake_engine import FakeEngine

KEY = "sk-very-secret"
OPTIONS = GenerationOptions(temperature=0.7, top_p=0.8, top_k=9, repetition_penalty=1.3, max_new_tokens=33, seed=7)
NEUTRAL = OPTIONS.model_copy(update={"top_k": 0, "repetition_penalty": 1.0})


def served(*ids: str, owner: str = "somebody", **facts: object) -> dict[str, object]:
    return {"object": "list", "data": [{"id": name, "owned_by": owner, **facts} for name in ids]}


LLAMA_CPP: dict[str, object] = {}
VLLM = {
    "/v1/models": served("bigcode/starcoder", owner="vllm", max_model_len=4096),
    "/version": {"version": "0.33.0"},
    "/props": 404,
}
SGLANG = {
    "/v1/models": served("bigcode/starcoder", owner="sglang", max_model_len=4096),
    "/get_model_info": {"model_path": "bigcode/starcoder", "is_generation": True},
    "/props": 404,
}
TRANSFORMERS: dict[str, object] = {
    "/openapi.json": {"paths": {"/v1/completions": {}, "/v1/systemone": {}}},
    "/v1/models": served(),
    "/props": 404,
    "/tokenize": 404,
}
PLAIN = {"/v1/models": served("bigcode/starcoder"), "/props": 404, "/tokenize": 404}
CHAT_ONLY = {**PLAIN, "/v1/completions": 404}


def no_hub(reference: str) -> Path:
    raise EngineLoadError(model=reference, fault="cannot be fetched from the Hub: is this machine online?")


def ignore(stage: EngineStage, fraction: float | None) -> None:
    """A report that nobody reads."""


class House:
    """Engines and loaders that are closed at the end."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def engine(self, routes: Mapping[str, object]) -> FakeEngine:
        return await self._stack.enter_async_context(FakeEngine(api_key=KEY, routes=routes))

    def loader(self, *urls: str, key: str = KEY, **settings: Any) -> OpenAIServerLoader:
        loader = OpenAIServerLoader(urls, SecretStr(key), **{"fetch": no_hub, **settings})
        self._stack.push_async_callback(loader.close)
        return loader

    async def load(self, routes: Mapping[str, object], **settings: Any) -> tuple[FakeEngine, LoadedModel]:
        engine = await self.engine(routes)
        return engine, await self.loader(engine.url, **settings).load(ignore)


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """Nothing may be left running when it closes."""
    tasks = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        yield House(stack)
    assert asyncio.all_tasks() - {asyncio.current_task()} <= tasks


async def sent(engine: FakeEngine, loaded: LoadedModel, options: GenerationOptions, **more: Any) -> dict[str, Any]:
    async for _ in loaded.language_model.astream("Hi", **options.model_dump(), **more):
        pass
    body: dict[str, Any] = engine.requests[-1].body
    return body
