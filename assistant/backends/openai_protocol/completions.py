"""A completion engine behind the OpenAI protocol, as a langchain-core model: raw prompt in, text out, as a stream.

Speaks `/v1/completions`. Knows nothing of prompts, turns or stop rules beyond the strings that it is given.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.outputs import GenerationChunk
from openai.types import Completion
from pydantic import Field, PrivateAttr, SecretStr

from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.dialect import Dialect, on_the_wire
from assistant.backends.openai_protocol.errors import translated
from assistant.backends.openai_protocol.events import pieces
from assistant.backends.openai_protocol.token_counter import ServerTokenizer, TokenCounter
from assistant.backends.patience import USUAL_PATIENCE
from assistant.backends.streamed import StreamedLLM

_LONGEST_READING_SECONDS = 1800.0
"""Of a prefix, ahead of any question: a server that only keeps its connection alive must not hold up the start."""


class OpenAICompletions(StreamedLLM):
    """Options come as the fields of `GenerationOptions`; any other raises UnsupportedOptionError.

    The last chunk is empty and carries `finish_reason` ("stop" or "length"), `prompt_tokens`, `completion_tokens` and
    `cached_tokens` (of the prompt, not read again). Faults raise EngineError and its kinds.
    """

    base_url: str
    """Without `/v1`."""
    model_name: str = "default"
    api_key: SecretStr = SecretStr("")
    silence_seconds: float = USUAL_PATIENCE.silence
    connect_seconds: float = USUAL_PATIENCE.connect
    dialect: Dialect = Dialect.LLAMA_CPP
    token_counter: TokenCounter | None = Field(None, exclude=True, repr=False)
    """None asks the server. Closed with the model."""

    _client: openai.AsyncOpenAI = PrivateAttr()
    _counter: TokenCounter = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's signature
        super().model_post_init(context)
        there = Connection(
            root=self.base_url,
            api_key=self.api_key,
            silence_seconds=self.silence_seconds,
            connect_seconds=self.connect_seconds,
        )
        self._client = there.openai_client()
        self._counter = self.token_counter or ServerTokenizer(there, self.dialect, self.model_name)

    @property
    def _llm_type(self) -> str:
        return "openai-completions"

    async def aclose(self) -> None:
        self._counter.close()
        await self._client.close()

    def get_num_tokens(self, text: str) -> int:
        """Blocks: call in a worker thread."""
        return self._counter.count(text)

    def get_token_ids(self, text: str) -> list[int]:
        """Asks the server's tokenizer. Blocks: call in a worker thread."""
        if not isinstance(self._counter, ServerTokenizer):
            raise NotImplementedError("tokens can be counted here, not named")
        return self._counter.token_ids(text)

    async def read(self, prompt: str, slot: int = 0) -> None:
        """Have the engine read the prompt, so that its start need not be read again.

        llama.cpp's server reads it in this slot; others share what they have read. Raises EngineError and its kinds.
        """
        # One token is the least that the others write.
        how: dict[str, Any] = {"max_tokens": 1}
        if self.dialect is Dialect.LLAMA_CPP:
            how = {"max_tokens": 0, "extra_body": {"id_slot": slot, "cache_prompt": True, "return_progress": True}}
        # As a stream: a server that tells how far it is may take longer than its silence is borne.
        opening = self._client.completions.create(model=self.model_name, prompt=prompt, stream=True, **how)
        with translated():
            async with asyncio.timeout(_LONGEST_READING_SECONDS), await opening as stream:
                async for _ in stream:
                    pass

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[GenerationChunk]:
        ending: dict[str, Any] = {}
        opening = self._client.completions.create(
            model=self.model_name,
            prompt=prompt,
            stream=True,
            stream_options={"include_usage": True},
            **on_the_wire(self.dialect, kwargs, stop),
        )
        async with aclosing(pieces(opening, _text, ending, kwargs.get("max_new_tokens"), run_manager)) as texts:
            async for text in texts:
                chunk = GenerationChunk(text=text)
                if run_manager:
                    await run_manager.on_llm_new_token(text, chunk=chunk)
                yield chunk
        yield GenerationChunk(text="", generation_info=ending)


def _text(event: Completion) -> str | None:
    return event.choices[0].text
