"""An engine behind the OpenAI protocol that takes messages, as a langchain-core model: messages in, text as a stream.

Speaks `/v1/chat/completions`, for servers that keep raw prompts to themselves. Knows nothing of prompts or stop rules
beyond the strings that it is given.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from pydantic import Field, PrivateAttr, SecretStr

from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.dialect import Dialect, going_on, on_the_wire
from assistant.backends.openai_protocol.events import pieces
from assistant.backends.openai_protocol.token_counter import Estimate, TokenCounter
from assistant.backends.patience import USUAL_PATIENCE
from assistant.backends.streamed import StreamedChatModel


class OpenAIChat(StreamedChatModel):
    """Options, last chunk and errors as those of `OpenAICompletions`.

    A last message of the assistant's is gone on with; where the server cannot, UnsupportedOptionError is raised.
    """

    base_url: str
    """Without `/v1`."""
    model_name: str = "default"
    api_key: SecretStr = SecretStr("")
    silence_seconds: float = USUAL_PATIENCE.silence
    connect_seconds: float = USUAL_PATIENCE.connect
    dialect: Dialect = Dialect.OPENAI
    token_counter: TokenCounter = Field(default_factory=Estimate, exclude=True, repr=False)
    """Closed with the model."""

    _client: openai.AsyncOpenAI = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's signature
        super().model_post_init(context)
        there = Connection(
            root=self.base_url,
            api_key=self.api_key,
            silence_seconds=self.silence_seconds,
            connect_seconds=self.connect_seconds,
        )
        self._client = there.openai_client()

    @property
    def _llm_type(self) -> str:
        return "openai-chat"

    async def aclose(self) -> None:
        self.token_counter.close()
        await self._client.close()

    def get_num_tokens(self, text: str) -> int:
        """Of the text alone: what the server writes around messages is not known here. Blocks."""
        return self.token_counter.count(text)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[ChatGenerationChunk]:
        # langchain-core tells the run manager itself.
        del run_manager
        wire = on_the_wire(self.dialect, kwargs, stop)
        if messages and isinstance(messages[-1], AIMessage):
            wire["extra_body"] |= going_on(self.dialect)
        ending: dict[str, Any] = {}
        opening = self._client.chat.completions.create(
            model=self.model_name,
            messages=_on_the_wire(messages),
            stream=True,
            stream_options={"include_usage": True},
            **wire,
        )
        async with aclosing(pieces(opening, _text, ending, kwargs.get("max_new_tokens"))) as texts:
            async for text in texts:
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        yield ChatGenerationChunk(message=AIMessageChunk(content=""), generation_info=ending)


def _on_the_wire(messages: Sequence[BaseMessage]) -> list[ChatCompletionMessageParam]:
    """A system message without words is left out: some models' formats refuse one of any kind."""
    wire: list[ChatCompletionMessageParam] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            if message.text:
                wire.append({"role": "system", "content": message.text})
        elif isinstance(message, AIMessage):
            wire.append({"role": "assistant", "content": message.text})
        else:
            wire.append({"role": "user", "content": message.text})
    return wire


def _text(event: ChatCompletionChunk) -> str | None:
    return event.choices[0].delta.content
