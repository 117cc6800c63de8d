"""A completion engine behind the OpenAI protocol, as a langchain-core model: raw prompt in, text out, as a stream.

Speaks `/v1/completions`. Knows nothing of prompts, turns or stop rules beyond the strings that it is given.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import httpx2
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import GenerationChunk, LLMResult
from openai.types import Completion
from pydantic import PrivateAttr, SecretStr

from assistant.backends.openai_errors import translated
from assistant.errors import EngineProtocolError, UnsupportedOptionError

_CONNECT_SECONDS = 5.0
_OPTIONS = frozenset({"temperature", "top_p", "top_k", "repetition_penalty", "max_new_tokens", "seed"})


class OpenAICompletions(BaseLLM):
    """Options come as the fields of `GenerationOptions`; any other raises UnsupportedOptionError.

    The last chunk is empty and carries `finish_reason` ("stop" or "length"), `prompt_tokens`, `completion_tokens` and
    `cached_tokens` (of the prompt, not read again). Faults raise EngineError and its kinds.
    """

    base_url: str
    """Without `/v1`."""
    model_name: str = "default"
    api_key: SecretStr = SecretStr("")
    silence_seconds: float = 120.0
    """Until the engine is given up. Reading a long prompt on a slow machine is silent for as long as it takes."""

    _client: openai.AsyncOpenAI = PrivateAttr()
    _tokenizer: httpx2.Client = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's signature
        super().model_post_init(context)
        key = self.api_key.get_secret_value() or "none"
        timeout = httpx2.Timeout(self.silence_seconds, connect=_CONNECT_SECONDS)
        # Retrying is the service's decision: the client would not know whether the first word was shown.
        self._client = openai.AsyncOpenAI(base_url=f"{self.base_url}/v1", api_key=key, max_retries=0, timeout=timeout)
        self._tokenizer = httpx2.Client(
            base_url=self.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout
        )

    @property
    def _llm_type(self) -> str:
        return "openai-completions"

    async def aclose(self) -> None:
        self._tokenizer.close()
        await self._client.close()

    def get_token_ids(self, text: str) -> list[int]:
        """Ask the engine's tokenizer. Blocks: call in a worker thread."""
        with translated():
            answer = self._tokenizer.post("/tokenize", json={"content": text, "parse_special": True})
            return [int(token) for token in answer.raise_for_status().json()["tokens"]]

    async def read(self, prompt: str, slot: int) -> None:
        """Have the engine read the prompt in this slot, so that its start need not be read again."""
        with translated():
            await self._client.completions.create(
                model=self.model_name,
                prompt=prompt,
                max_tokens=0,
                extra_body={"id_slot": slot, "cache_prompt": True},
            )

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[GenerationChunk]:
        ending: dict[str, Any] = {}
        async with aclosing(self._chunks(prompt, stop, kwargs, ending)) as chunks:
            async for chunk in chunks:
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if "finish_reason" not in ending:
            raise EngineProtocolError(fault="the stream ended without a finish reason")
        yield GenerationChunk(text="", generation_info=ending)

    async def _chunks(
        self, prompt: str, stop: list[str] | None, options: Mapping[str, Any], ending: dict[str, Any]
    ) -> AsyncGenerator[GenerationChunk]:
        """What the events tell of the end goes into `ending`."""
        with translated():
            stream = await self._client.completions.create(
                model=self.model_name,
                prompt=prompt,
                stop=stop or None,
                stream=True,
                stream_options={"include_usage": True},
                **_on_the_wire(options),
            )
            async with stream:
                async for event in stream:
                    if text := _text(event, ending):
                        yield GenerationChunk(text=text)

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> LLMResult:
        generations = []
        for prompt in prompts:
            chunks = [chunk async for chunk in self._astream(prompt, stop, run_manager, **kwargs)]
            whole = chunks[0]
            for chunk in chunks[1:]:
                whole += chunk
            generations.append([whole])
        return LLMResult(generations=generations)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> LLMResult:
        raise NotImplementedError("this model is asynchronous: use ainvoke or astream")


def _on_the_wire(options: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise UnsupportedOptionError(option=unknown[0], engine="llama.cpp")
    wire = {name: options[name] for name in ("temperature", "top_p", "seed") if options.get(name) is not None}
    if "max_new_tokens" in options:
        wire["max_tokens"] = options["max_new_tokens"]
    # llama.cpp's names for what OpenAI's protocol lacks; its own min_p of 0.05 is switched off.
    extra: dict[str, Any] = {"cache_prompt": True, "min_p": 0.0}
    if "top_k" in options:
        extra["top_k"] = options["top_k"]
    if "repetition_penalty" in options:
        extra["repeat_penalty"] = options["repetition_penalty"]
    return {**wire, "extra_body": extra}


def _text(event: Completion, ending: dict[str, Any]) -> str:
    """The client checks no types: an event of another shape raises some error here, which `translated` knows."""
    if event.usage:
        details = event.usage.prompt_tokens_details
        ending["prompt_tokens"] = int(event.usage.prompt_tokens)
        ending["completion_tokens"] = int(event.usage.completion_tokens)
        ending["cached_tokens"] = int((details.cached_tokens if details else None) or 0)
    if not event.choices:
        return ""
    choice = event.choices[0]
    if choice.finish_reason:
        ending["finish_reason"] = str(choice.finish_reason)
    return choice.text or ""
