"""Text-generation-inference as a langchain-core model: raw prompt in, text out, as a stream.

Knows nothing of prompts, turns or stop rules beyond the strings that it is given.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, cast

from huggingface_hub import TextGenerationStreamOutput, TextGenerationStreamOutputStreamDetails
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.outputs import GenerationChunk
from pydantic import PrivateAttr, SecretStr

from assistant.backends.answer_room import answer_room
from assistant.backends.patience import USUAL_PATIENCE
from assistant.backends.streamed import StreamedLLM
from assistant.backends.tgi.errors import translated
from assistant.backends.tgi.parameters import tgi_parameters
from assistant.backends.tgi.server import TgiInfo, TgiServer
from assistant.errors.engine import EngineLoadError, EngineProtocolError
from assistant.errors.input import MessageTooLongError
from assistant.model_catalog import card_for


class TgiModel(StreamedLLM):
    """Options come as the fields of `GenerationOptions`; any other raises UnsupportedOptionError.

    The text of a stop string that ended the answer is in it. The last chunk is empty and carries `finish_reason`
    ("stop" or "length"), `prompt_tokens`, `completion_tokens` and `seed`. A prompt that the server would refuse raises
    MessageTooLongError before it is sent; faults raise EngineError and its kinds.
    """

    base_url: str
    api_key: SecretStr = SecretStr("")
    silence_seconds: float = USUAL_PATIENCE.silence
    """Until the server is given up. It may have a long prompt to read, or other answers to end."""
    connect_seconds: float = USUAL_PATIENCE.connect

    _server: TgiServer = PrivateAttr()
    _info: TgiInfo | None = PrivateAttr(None)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's signature
        super().model_post_init(context)
        self._server = TgiServer(self.base_url, self.api_key, self.silence_seconds, self.connect_seconds)

    @property
    def _llm_type(self) -> str:
        return "text-generation-inference"

    async def aclose(self) -> None:
        await self._server.aclose()

    async def info(self) -> TgiInfo:
        """What the server says of itself, asked for once and after each time that it was away."""
        if self._info is None:
            self._info = await self._server.info()
        return self._info

    def get_token_ids(self, text: str) -> list[int]:
        """Ask the server's tokenizer. Blocks: call in a worker thread."""
        return self._server.token_ids(text)

    async def read(self, prompt: str) -> None:
        """Have the server read the prompt, so that it need not read its start again (where it caches prefixes)."""
        # The server's keep-alive comments would keep the connection's own timeout from ever ending the wait.
        with translated():
            async with asyncio.timeout(self.silence_seconds):
                async for _ in self._chunks(prompt, {"max_new_tokens": 1}, {}):
                    pass

    async def probe(self, served: TgiInfo) -> None:
        """Raises EngineError while the server cannot take a conversation of the model `served`; soon, in any case."""
        await self._server.check_health()
        info = await self._server.info()
        if info.model != served.model:
            # Its name may be that of a folder, which is not told.
            raise EngineLoadError(
                model=card_for(served.model_id).name, fault="its server has come back with another model"
            )
        self._info = info

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[GenerationChunk]:
        info = await self.info()
        parameters = tgi_parameters(kwargs, stop, info.max_stop_sequences)
        await self._refuse_too_long(prompt, parameters.get("max_new_tokens", 1), info)
        ending: dict[str, Any] = {}
        async with aclosing(self._chunks(prompt, parameters, ending)) as chunks:
            async for chunk in chunks:
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if not ending:
            raise EngineProtocolError(fault="the stream ended without a finish reason")
        yield GenerationChunk(text="", generation_info=ending)

    async def _refuse_too_long(self, prompt: str, room: int, info: TgiInfo) -> None:
        size = await self._server.count(prompt)
        if size > info.max_input_tokens:
            raise MessageTooLongError(size=size, limit=info.max_input_tokens, unit="tokens")
        if size + room > info.max_total_tokens:
            raise MessageTooLongError(size=size + room, limit=info.max_total_tokens, unit="tokens")

    async def _chunks(
        self, prompt: str, parameters: Mapping[str, Any], ending: dict[str, Any]
    ) -> AsyncGenerator[GenerationChunk]:
        """What the last event tells of the end goes into `ending`.

        A server that does not keep to `max_new_tokens` is cut off, with finish reason "length".
        """
        room = answer_room(parameters.get("max_new_tokens"))
        with translated():
            async with self._server.client() as client:
                answer = await client.text_generation(prompt, stream=True, details=True, **parameters)
                async with aclosing(cast("AsyncGenerator[TextGenerationStreamOutput]", answer)) as events:
                    async for event in events:
                        # The end token's text is no part of an answer.
                        if event.token.text and not event.token.special:
                            room -= len(event.token.text)
                            if room < 0:
                                ending["finish_reason"] = "length"
                                return
                            yield GenerationChunk(text=event.token.text)
                        if event.details:
                            ending.update(_ending(event.details))


def _ending(details: TextGenerationStreamOutputStreamDetails) -> dict[str, Any]:
    return {
        "finish_reason": "length" if details.finish_reason == "length" else "stop",
        "prompt_tokens": None if details.input_length is None else int(details.input_length),
        "completion_tokens": int(details.generated_tokens),
        "seed": None if details.seed is None else int(details.seed),
    }
