"""A model in this process as a langchain-core model: raw prompt in, text out, as a stream.

Knows nothing of prompts, turns or stop rules beyond the strings that it is given.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.outputs import GenerationChunk
from pydantic import PrivateAttr, ValidationError

from assistant.backends.streamed import StreamedLLM
from assistant.backends.torch_engine.causal_model import CausalModel
from assistant.backends.torch_engine.channel import Channel
from assistant.backends.torch_engine.generation import Ending, Generation, Read, Request
from assistant.backends.torch_engine.generation_thread import GenerationThread
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.conversation import GenerationOptions
from assistant.errors.input import InvalidOptionError, MessageTooLongError, UnsupportedOptionError
from assistant.generation.prompt_reading import tell_read


class TransformersModel(StreamedLLM):
    """Options come as the fields of `GenerationOptions`; any other raises UnsupportedOptionError.

    The stream ends soon after a stop string, whose text is in it. The last chunk is empty and carries `finish_reason`
    ("stop" or "length"), `prompt_tokens`, `completion_tokens` and `cached_tokens` (of the prompt, not read again).
    Closing the stream ends the work within one step. Raises MessageTooLongError before anything is read when prompt
    and answer do not fit into the model's positions, EngineUnavailableError and EngineError for faults.
    """

    _model: CausalModel = PrivateAttr()
    _memory: KvMemory = PrivateAttr()
    _thread: GenerationThread = PrivateAttr()
    _defaults: GenerationOptions = PrivateAttr()

    def __init__(
        self, model: CausalModel, memory: KvMemory, thread: GenerationThread, defaults: GenerationOptions
    ) -> None:
        super().__init__()
        self._model = model
        self._memory = memory
        self._thread = thread
        self._defaults = defaults

    @property
    def _llm_type(self) -> str:
        return "transformers"

    def get_token_ids(self, text: str) -> list[int]:
        return self._model.text_ids(text)

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[GenerationChunk]:
        # In a worker thread: a long prompt takes the tokenizer some milliseconds.
        request = await asyncio.to_thread(self._request, prompt, stop, kwargs)
        events: Channel[Read | str | Ending] = Channel()
        generation = Generation(self._model, self._memory, request, events.send)
        self._thread.submit(generation)
        try:
            while not isinstance(event := await events.receive(), Ending):
                if isinstance(event, Read):
                    await tell_read(run_manager, event.done, event.total)
                    continue
                chunk = GenerationChunk(text=event)
                if run_manager:
                    await run_manager.on_llm_new_token(event, chunk=chunk)
                yield chunk
            yield GenerationChunk(text="", generation_info=asdict(event))
        finally:
            generation.cancel()

    def _request(self, prompt: str, stop: list[str] | None, given: Mapping[str, Any]) -> Request:
        options = self._options(given)
        ids = self._model.prompt_ids(prompt)
        if not ids:
            raise InvalidOptionError(option="prompt", fault="is empty")
        size, limit = len(ids) + options.max_new_tokens, self._model.positions
        if size > limit:
            raise MessageTooLongError(size=size, limit=limit, unit="tokens")
        return Request(prompt_ids=ids, options=options, stops=stop or ())

    def _options(self, given: Mapping[str, Any]) -> GenerationOptions:
        unknown = sorted(set(given) - set(GenerationOptions.model_fields))
        if unknown:
            raise UnsupportedOptionError(option=unknown[0], engine="transformers")
        try:
            return GenerationOptions(**(self._defaults.model_dump() | dict(given)))
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidOptionError(option=str(first["loc"][0]), fault=first["msg"]) from error
