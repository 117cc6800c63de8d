"""Asking the adapter of text-generation-inference, as its tests do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.outputs import GenerationChunk
from pydantic import SecretStr

from assistant.backends.tgi.model import TgiModel
from tests.fakes.fake_tgi import FakeTgi

KEY = "sk-very-secret"
PROMPT = "The patient's name is Ann."


@asynccontextmanager
async def adapter(server: FakeTgi, key: str = KEY, **fields: Any) -> AsyncIterator[TgiModel]:
    model = TgiModel(base_url=server.url, api_key=SecretStr(key), **fields)
    yield model
    await model.aclose()


async def chunks(model: TgiModel, prompt: str = PROMPT, **options: Any) -> list[GenerationChunk]:
    return [chunk async for chunk in model._astream(prompt, **options)]


async def text(model: TgiModel, **options: Any) -> str:
    return "".join(chunk.text for chunk in await chunks(model, **options))
